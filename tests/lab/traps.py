"""What looks green and is not: what gpucheck says before the attempt, and what libvirt or the kernel then does."""

import json
import struct
import time

from hardware import CARD, CARD_AUDIO
from machine import Machine
from states import BIND_BY_HAND
from vm import FOLDER, NAME, SOURCES, VIRSH_TIME, Vm, hostdev
from walk import SETTLE, SETTLE_TIME, tell

VARIANT = "vtd"
REPORT_TIME = 240
SECOND = "second"
# Long enough for a guest that boots: its kernel's first words come after 20 s.
HANG_TIME = 90
BOTH = (CARD, CARD_AUDIO)

HANGING_ROM = f"{FOLDER}/hang.rom"
CONSOLE = "/var/log/libvirt/qemu/guest-console.log"

MODPROBE_FILE = "/etc/modprobe.d/gpucheck-lab.conf"
MODPROBE_TEXT = """options vfio-pci ids=1002:5159,8086:293e
softdep radeon pre: vfio-pci
softdep snd_hda_intel pre: vfio-pci
"""


def hanging_rom():
    """A VGA option ROM of the card's (PCI Firmware Specification 5.1) whose first instruction jumps to itself."""
    rom = bytearray(512)
    rom[:5] = b"\x55\xaa\x01\xeb\xfe"
    struct.pack_into("<H", rom, 0x18, 0x1c)
    struct.pack_into("<4sHHHHB3sHHBBH", rom, 0x1c, b"PCIR", 0x1002, 0x5159, 0, 0x18, 0, b"\0\0\3", 1, 0, 0, 0x80, 0)
    rom[-1] = -sum(rom) % 256
    return bytes(rom)


class Traps:
    """One host, walked from trap to trap. Each trap is a method that yields comparisons."""

    def __init__(self, machine):
        self.machine = machine
        self.vm = Vm(machine)

    def says(self, check, verdict, *words, vm=NAME):
        """Asks gpucheck for one check; words that its reason or its remedy must have."""
        status, output, errors = self.machine.run(f"gpucheck --format json --vm {vm} {check}", REPORT_TIME)
        try:
            found = [one for one in json.loads(output)["checks"] if one["id"] == check]
        except json.JSONDecodeError:
            found = []
        if len(found) != 1:
            yield False, f"{check} is in the report: status {status}, {errors}"
            return
        reason, fix = found[0]["reason"], found[0]["fix"] or {}
        told = f"{reason} {fix.get('summary')}"
        yield found[0]["verdict"] == verdict, f"{check} is {verdict}: {found[0]['verdict']}: {reason}"
        for word in words:
            yield word in told, f"{check} names {word}: {told}"

    def refused(self, command, *words):
        """Tries it: it must fail, and say so."""
        status, output, errors = self.machine.run(command, timeout=VIRSH_TIME)
        said = " ".join((output + errors).split())
        yield status != 0, f"{command} is refused: status {status}: {said}"
        for word in words:
            yield word in said, f"{command}: {word}: {said}"

    def definition(self, functions=BOTH, name=NAME, change=lambda text: text):
        text = (SOURCES / "domain.xml").read_text().replace("<!-- hostdevs -->", "".join(map(hostdev, functions)))
        if name != NAME:
            text = text.replace(f"<name>{NAME}<", f"<name>{name}<").replace("00000002</uuid>", "00000003</uuid>")
        return change(text)

    def define(self, *arguments, **keywords):
        self.machine.check("virsh define /dev/stdin", timeout=VIRSH_TIME, stdin=self.definition(*arguments, **keywords))

    def virsh(self, command):
        return self.machine.check(f"virsh {command}", timeout=VIRSH_TIME)

    def destroy(self, name=NAME):
        self.machine.run(f"virsh destroy {name}", timeout=VIRSH_TIME)

    def drivers(self):
        return [self.machine.check(f"basename $(readlink /sys/bus/pci/devices/{function}/driver)").strip()
                for function in BOTH]

    def held_by_a_process(self):
        """The kernel's unbind waits until the last process lets go. (The card's own node would do, but closing it
        makes radeon set a mode, at which the emulated card fails.)"""
        self.machine.check("sleep 3000 </dev/snd/controlC0 >/dev/null 2>&1 & echo $! >/run/holder")
        holder = self.machine.check("cat /run/holder").strip()
        yield from self.says("driver.users", "fail", "sleep", holder, "dev/snd/controlC0")
        status, plan, errors = self.machine.run("gpucheck --fix --dry-run --allow-disruption driver.vfio", REPORT_TIME)
        yield f"in use by sleep ({holder}" in plan, f"--fix would not bind now: status {status}: {plan} {errors}"
        self.machine.check(f"""(echo {CARD_AUDIO} >/sys/bus/pci/drivers/snd_hda_intel/unbind; echo done >/run/unbound) \\
            </dev/null >/dev/null 2>&1 & sleep 10""")
        yield not self.machine.check("cat /run/unbound 2>/dev/null || :"), "unbinding waits for the process"
        self.machine.check("kill $(cat /run/holder); sleep 5")
        yield self.machine.check("cat /run/unbound") == "done\n", "the process ends: so does unbinding"
        self.machine.check(f"echo {CARD_AUDIO} >/sys/bus/pci/drivers/snd_hda_intel/bind")
        yield from self.says("driver.users", "pass")

    def on_its_own_driver(self):
        self.define(change=lambda text: text.replace("managed='yes'", "managed='no'"))
        yield from self.says("driver.vfio", "fail", "radeon")
        yield from self.refused(f"virsh start {NAME}", "must be manually detached from the host")

    def small_hard_limit(self):
        limit = "<memtune><hard_limit unit='MiB'>256</hard_limit></memtune>"
        self.define(change=lambda text: text.replace("</memory>", "</memory>" + limit))
        yield from self.says("vm.memory", "fail", "256 MiB")
        yield from self.refused(f"virsh start {NAME}")

    def more_memory_than_the_host(self):
        self.define(change=lambda text: text.replace("<memory unit='MiB'>512<", "<memory unit='GiB'>16<"))
        yield from self.says("vm.memory", "fail", "16 GiB")
        yield from self.refused(f"virsh start {NAME}", "Cannot allocate memory")

    def two_machines(self):
        self.define()
        self.define(name=SECOND)
        yield from self.says("vm.conflict", "warn", SECOND)
        self.virsh(f"start {NAME}")
        yield from self.says("vm.conflict", "fail", NAME, vm=SECOND)
        yield from self.refused(f"virsh start {SECOND}", f"in use by driver QEMU, domain {NAME}")
        self.destroy()
        self.virsh(f"undefine {SECOND}")

    def managed_save(self):
        self.define(functions=())
        self.virsh(f"start {NAME}")
        self.virsh(f"managedsave {NAME}")
        self.define()
        yield from self.says("vm.hostdev", "pass")
        yield from self.says("vm.pending", "fail", "managed save")
        self.virsh(f"start {NAME}")
        yield "<hostdev" not in self.virsh(f"dumpxml {NAME}"), "the managed save brought the VM back without the card"
        yield from self.says("vm.pending", "fail", CARD)
        self.destroy()

    def option_rom(self):
        """The emulated card's own ROM lets firmware go on, so a file takes its place."""
        self.machine.ssh.raw(f"cat >{HANGING_ROM}", stdin=hanging_rom())
        self.define(change=lambda text: text.replace("<rom bar='off'/>", f"<rom file='{HANGING_ROM}'/>"))
        self.machine.check(f"rm -f {CONSOLE}")
        self.virsh(f"start {NAME}")
        time.sleep(HANG_TIME)
        yield not self.machine.check(f"cat {CONSOLE} 2>/dev/null || :"), "the guest's kernel never spoke"
        registers = self.virsh(f"qemu-monitor-command {NAME} --hmp 'info registers'")
        yield "CS =c000" in registers, "its processor is in the option ROM, at c000"
        yield self.virsh(f"domstate {NAME}").strip() == "running", "libvirt calls the VM running"
        yield from self.says("guest.ssh", "error", "<rom bar='off'/>")
        self.destroy()

    def stale_initramfs(self):
        """The last: the next boot shows it."""
        yield from self.says("driver.persistent", "fail")
        self.machine.check(f"cat >{MODPROBE_FILE}", stdin=MODPROBE_TEXT)
        yield self.drivers() == ["vfio-pci"] * 2, "this boot: both functions are on vfio-pci"
        yield from self.says("driver.vfio", "pass")
        yield from self.says("driver.persistent", "fail", "initrd.img", MODPROBE_FILE[1:])
        # A warm reboot leaves the emulated card as the VM had it, and radeon hangs in that.
        self.machine.power_cycle(cpus=2)
        self.machine.check(SETTLE, timeout=SETTLE_TIME)
        yield self.drivers()[0] == "radeon", f"after the reboot the card is on {self.drivers()[0]}"

    def all(self):
        return (self.held_by_a_process, self.on_its_own_driver, self.bind, self.small_hard_limit,
                self.more_memory_than_the_host, self.two_machines, self.managed_save, self.option_rom,
                self.stale_initramfs)

    def bind(self):
        self.machine.check(BIND_BY_HAND)
        yield self.drivers() == ["vfio-pci"] * 2, "bound by hand"


def comparisons(image, install):
    # One processor: the emulated SVM is not safe on two.
    with Machine(image, VARIANT, cpus=1) as machine:
        machine.check(SETTLE, timeout=SETTLE_TIME)
        install(machine)
        traps = Traps(machine)
        for trap in traps.all():
            begin = time.monotonic()
            for okay, description in trap():
                yield okay, f"{trap.__name__}: {description}"
            tell(f"{trap.__name__}: {time.monotonic() - begin:.0f} s")
