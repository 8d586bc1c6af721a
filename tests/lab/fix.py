"""From a host that has none of it to a guest that sees the card, and back, by `gpucheck` alone."""

import time

from machine import Machine
from states import DEFAULT_ARGUMENTS, OFF
from vm import NAME, VIRSH_TIME, Vm
from walk import SETTLE, SETTLE_TIME, tell

# update-initramfs on an emulated processor, update-grub, the start of a guest.
FIX_TIME = 1800
UNDO_TIME = 1800
MAX_REBOOTS = 2
FIX = "gpucheck --fix --yes --allow-disruption --format text --wait 240"

# A guest without a screen needs no option ROM; and it has no driver for the card.
CONFIGURATION = "[gpu 0000:01:00.0]\nrom=off\nignore=guest.driver\n"

# Everything that a person would look at: names, kinds, owners, modes and contents.
SNAPSHOT = """cd / && find etc boot/grub/grub.cfg -printf '%p %y %m %u:%g %l ' \\
    \\( -type f -exec sha256sum {} \\; -o -printf '\\n' \\) | sort
"""
# What a boot writes there by itself.
WRITTEN_BY_BOOTS = ("etc/resolv.conf", "etc/adjtime", "etc/.updated", "etc/.pwd.lock")


def snapshot(machine):
    """Path to description, of etc, grub.cfg, and the VM's saved definition."""
    lines = machine.check(SNAPSHOT, timeout=300).splitlines()
    files = {line.split(" ", 1)[0]: line for line in lines}
    for path in WRITTEN_BY_BOOTS:
        files.pop(path, None)
    files["the definition"] = machine.check(f"virsh dumpxml --inactive --security-info {NAME}",
                                            timeout=VIRSH_TIME)
    return files


class FixWalk:
    """One variant's way. Use as a context manager: leaving it ends the host."""

    def __init__(self, image, variant, install):
        """install(machine) puts gpucheck into it."""
        self.variant, self.install = variant, install
        self.machine = Machine(image, variant, cpus=2)
        self.transcript = []
        self.reboots = 0

    def __enter__(self):
        self.machine.__enter__()
        return self

    def __exit__(self, *_):
        self.machine.__exit__()

    def prepare(self):
        """IOMMU off by argument, the card on radeon, a VM that has no hostdev."""
        off = OFF[self.variant]
        self.install(self.machine)
        self.machine.check("cat >/etc/gpucheck.conf", stdin=CONFIGURATION)
        Vm(self.machine).define(())
        self.machine.check("virsh net-autostart default", timeout=VIRSH_TIME)
        self.machine.set_kernel_arguments(f"{DEFAULT_ARGUMENTS} {off}")
        # Not warm: on a busy machine radeon does not get the emulated card going a second time, and udev waits for it.
        self.machine.power_cycle(cpus=2)
        self.settle()

    def settle(self):
        self.machine.check(SETTLE, timeout=SETTLE_TIME)

    def driver(self):
        return self.machine.check("basename $(readlink /sys/bus/pci/devices/0000:01:00.0/driver)").strip()

    def run(self, command, timeout):
        """Keeps what was said, as a person would have seen it."""
        begin = time.monotonic()
        status, output, errors = self.machine.run(f"{command} 2>&1", timeout=timeout)
        tell(f"{self.variant}: {command}: status {status} in {time.monotonic() - begin:.0f} s")
        self.transcript.append(f"# {command}\n{output}{errors}# status {status}\n")
        return status, output

    def reboot(self, cpus):
        """TCG's SVM is not safe on two processors, and a lonely one rebuilds an initramfs slowly."""
        self.transcript.append("# reboot\n")
        self.machine.power_cycle(cpus)
        self.settle()

    def fix(self):
        """Once more if the guest hung: TCG's SVM does that now and then, and no person would see it."""
        kept = len(self.transcript)
        status, output = self.run(FIX, FIX_TIME)
        if status and "starting VM" in output and "FAIL  guest.ssh" in output:
            tell(f"{self.variant}: the virtual machine hung once and is started again")
            self.machine.check(f"virsh destroy {NAME}", timeout=VIRSH_TIME)
            del self.transcript[kept:]
            status, output = self.run(FIX, FIX_TIME)
        return status, output

    def forward(self):
        """Until gpucheck has nothing more to mend. Yields comparisons."""
        status, output = self.fix()
        while status and "reboot:" in output and self.reboots < MAX_REBOOTS:
            self.reboots += 1
            self.reboot(cpus=1)
            status, output = self.fix()
        yield status == 0, f"fix: exit status 0 after {self.reboots} reboots: {output[-2000:] if status else ''}"
        yield self.reboots <= MAX_REBOOTS, f"fix: {self.reboots} reboots, at most {MAX_REBOOTS}"
        yield self.driver() == "vfio-pci", "fix: the card is on vfio-pci"
        records = self.machine.check("gpucheck --undo list")
        status, output = self.run(FIX, FIX_TIME)
        yield status == 0, "fix again: exit status 0"
        yield self.machine.check("gpucheck --undo list") == records, "fix again: no plan is recorded"

    def back(self, before):
        """Everything undone. Yields comparisons."""
        status, undone = 0, 0
        while status == 0 and undone < 10:
            status, output = self.run("gpucheck --undo", UNDO_TIME)
            undone += status == 0
        yield status == 2 and undone > 0, f"undo: {undone} plans, then none is left: {output[-500:]}"
        self.reboot(cpus=2)
        after = snapshot(self.machine)
        for path in sorted(set(before) | set(after)):
            if before.get(path) != after.get(path):
                yield False, f"undo: {path} is as before: {before.get(path)} != {after.get(path)}"
        yield before == after, f"undo: {len(before)} files and the definition are as before"
        yield self.driver() == "radeon", "undo: the card is back on radeon"

    def comparisons(self):
        begin = time.monotonic()
        self.prepare()
        tell(f"{self.variant}: prepared in {time.monotonic() - begin:.0f} s")
        before = snapshot(self.machine)
        yield self.driver() == "radeon", "start: the card is on radeon"
        yield from self.forward()
        yield from self.back(before)

    def text(self):
        return "".join(self.transcript)
