"""gpucheck as a package in the host: installed by apt, run by systemd, upgraded, removed, purged."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from hardware import CARD, CARD_AUDIO
from machine import Machine
from states import BIND_BY_HAND, DEFAULT_ARGUMENTS, OFF
from vm import NAME, VIRSH_TIME, Vm
from walk import SETTLE, SETTLE_TIME, tell

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
VARIANT = "vtd"
BOTH = (CARD, CARD_AUDIO)
RUN_TIME = 600

REPORT = "/var/lib/gpucheck/report.json"
NUMBERS = "/var/lib/prometheus/node-exporter/gpucheck.prom"
CONFIGURATION = "/etc/gpucheck.conf"
DROP_IN = "/etc/default/grub.d/99-gpucheck.cfg"
WAIT = f"for i in $(seq 300); do [ ! -e {REPORT} ] || exit 0; sleep 1; done; exit 1"
SOON = "/run/systemd/system/gpucheck.timer.d/soon.conf"

# What the lab's card cannot pass, and all else: so the status is 0.
ALL = f"[gpu {CARD}]\nrom = off\nignore = driver.persistent guest.driver\n"
HOST_ONLY = f"through = display\n{ALL}"

EVERYTHING = "find / -xdev \\( -path /var/cache -o -path /var/log -o -path /var/tmp -o -path /tmp \\) -prune -o -print"
# What comes and goes by itself: apt's, dpkg's, libvirt's and systemd's own records.
BY_ITSELF = re.compile(r"/var/lib/(apt/lists|dpkg/(\w+-old|triggers/)|libvirt/|systemd/(random-seed|timers$))"
                       r"|/etc/libvirt/qemu/|/boot/grub/grubenv")


def everything(machine):
    return {path for path in machine.check(EVERYTHING, timeout=RUN_TIME).splitlines() if not BY_ITSELF.match(path)}


def told(okay, description, said):
    """A comparison; what was said is of interest where it fails."""
    return okay, description if okay else f"{description}: {said[-1500:]}"


def verdicts(text):
    return [(check["id"], check["verdict"], check["reason"]) for check in json.loads(text)["checks"]]


class PackageWalk:
    """One host, from step to step. Each step is a method that yields comparisons."""

    def __init__(self, machine, packages):
        """packages: the .deb, and the same under a higher version."""
        self.machine, self.packages = machine, packages
        self.vm = self.before = None

    def configure(self, text):
        self.machine.check(f"cat >{CONFIGURATION}", stdin=text)

    def unit(self, name, unit="gpucheck.service"):
        """A property of a unit, as systemd has it."""
        return self.machine.check(f"systemctl show --value --property={name} {unit}").strip()

    def reported(self, description):
        """Waits for the report of a service that was started by somebody else."""
        status, _, _ = self.machine.run(WAIT, RUN_TIME)
        log = self.machine.check("systemctl status --no-pager --lines=20 gpucheck.timer gpucheck.service || :")
        yield told(status == 0, description, log)

    def apt(self, words):
        status, output, errors = self.machine.run(f"DEBIAN_FRONTEND=noninteractive apt-get -y {words} 2>&1", RUN_TIME)
        return status, output + errors

    def prepared(self):
        """A VM that has the card, and is off; all before the first look at the disk."""
        self.vm = Vm(self.machine)
        self.vm.define(BOTH)
        self.machine.check("virsh net-autostart default", timeout=VIRSH_TIME)
        self.machine.check("mkdir -p /var/lib/prometheus/node-exporter")
        for package, name in zip(self.packages, ("first.deb", "second.deb")):
            self.machine.put(package, f"/root/{name}")
        self.before = everything(self.machine)
        yield True, f"{len(self.before)} paths before"

    def installed(self):
        status, said = self.apt("install /root/first.deb")
        yield told(status == 0, "apt installs it", said)
        # The image's dpkg leaves out what only a person reads.
        status, said, _ = self.machine.run("dpkg --verify gpucheck | grep -vE ' /usr/share/(doc|man)/'")
        yield told(status == 1 and not said, "dpkg finds every file as packaged", said)
        for unit in ("gpucheck.service", "gpucheck.timer"):
            _, enabled, _ = self.machine.run(f"systemctl is-enabled {unit}")
            _, active, _ = self.machine.run(f"systemctl is-active {unit}")
            yield (enabled.strip(), active.strip()) == ("disabled", "inactive"), f"{unit} is {enabled} and {active}"
        yield self.machine.check("command -v gpucheck").strip() == "/usr/sbin/gpucheck", "gpucheck is in PATH"
        mode = self.machine.check("stat -c '%a %U' /var/lib/gpucheck").strip()
        yield mode == "700 root", f"/var/lib/gpucheck is {mode}"

    def service(self):
        """In its sandbox it sees what root sees by hand: processes, /proc/iomem, libvirt, the guest."""
        self.machine.check(BIND_BY_HAND)
        self.vm.bring(BOTH, BOTH)
        self.configure(ALL)
        status, by_hand, errors = self.machine.run("gpucheck --format json --wait 240", RUN_TIME)
        yield told(status == 0, f"by hand: status {status}", errors)
        self.machine.run("systemctl start gpucheck.service", RUN_TIME)
        result = self.unit("Result"), self.unit("ExecMainStatus")
        yield result == ("success", "0"), f"the service: {result}"
        report = self.machine.check(f"cat {REPORT}")
        differing = [pair for pair in zip(verdicts(by_hand), verdicts(report)) if pair[0] != pair[1]]
        yield not differing and len(verdicts(report)) == 25, f"its report is the one by hand: {differing}"
        mode = self.machine.check(f"stat -c '%a %U' {REPORT}").strip()
        yield mode == "644 root", f"{REPORT} is {mode}"

    def service_fails(self):
        """What fails fails the unit, and its report and its numbers are written all the same."""
        self.configure(ALL.replace("driver.persistent ", ""))
        self.machine.check(f"rm -f {REPORT} {NUMBERS}")
        status, _, _ = self.machine.run("systemctl start gpucheck.service", RUN_TIME)
        result = self.unit("Result"), self.unit("ExecMainStatus")
        yield status != 0 and result == ("exit-code", "1"), f"the service: {result}"
        yield "driver.persistent" in self.machine.check(f"cat {REPORT}"), "the report is there"
        journal = self.machine.check("journalctl -u gpucheck.service --no-pager")
        yield told("driver.persistent" in journal, "the journal names what fails", journal)
        yield "gpucheck_status" in self.machine.check(f"cat {NUMBERS}"), "Prometheus has its numbers"
        yield self.machine.check(f"stat -c %a {NUMBERS}").strip() == "644", "and may read them"
        self.configure("through = nowhere\n")
        self.machine.run("systemctl start gpucheck.service", RUN_TIME)
        yield self.unit("ExecMainStatus") == "2", "a configuration that is wrong fails it too"
        self.machine.check("systemctl reset-failed gpucheck.service")

    def mended(self):
        """The next boot would turn the IOMMU off; then it would not; then it would again."""
        self.configure(HOST_ONLY)
        self.machine.set_kernel_arguments(f"{DEFAULT_ARGUMENTS} {OFF[VARIANT]}")
        grub = self.machine.check("grep -v ^# /boot/grub/grub.cfg")
        status, output, errors = self.machine.run("gpucheck --fix --yes --format text iommu.cmdline 2>&1", RUN_TIME)
        yield told(status == 0 and "is applied" in output, f"--fix: status {status}", output + errors)
        yield OFF[VARIANT] not in self.machine.check("grep -v ^# /boot/grub/grub.cfg"), "the next boot has the IOMMU"
        self.machine.check(f"test -f {DROP_IN}")
        status, output, errors = self.machine.run("gpucheck --undo 2>&1", RUN_TIME)
        yield told(status == 0, f"--undo: status {status}", output + errors)
        yield self.machine.check("grep -v ^# /boot/grub/grub.cfg") == grub, "grub.cfg is as before"
        self.machine.check(f"test ! -e {DROP_IN}")
        self.machine.set_kernel_arguments(DEFAULT_ARGUMENTS)

    def timer(self):
        """It is due tomorrow; made due at once it runs the service."""
        self.machine.check("systemctl enable --now gpucheck.timer 2>&1")
        due = self.unit("NextElapseUSecRealtime", "gpucheck.timer")
        yield "00:" in due, f"the timer is due at {due}"
        self.machine.check(f"mkdir -p {pathlib.Path(SOON).parent} && cat >{SOON}",
                           stdin="[Timer]\nOnCalendar=\nOnActiveSec=1s\nRandomizedDelaySec=0\n")
        self.machine.check(f"rm -f {REPORT}; systemctl daemon-reload; systemctl restart gpucheck.timer")
        yield from self.reported("the timer ran the service")
        self.machine.check(f"rm -r {pathlib.Path(SOON).parent}")
        self.machine.check("systemctl daemon-reload; systemctl restart gpucheck.timer")

    def booted(self):
        """Enabled, it runs once after boot. For the VM one processor: the emulated SVM is not safe on two."""
        self.machine.check(f"systemctl enable gpucheck.service 2>&1; rm -f {REPORT}")
        self.machine.power_cycle(cpus=1)
        self.machine.check(SETTLE, timeout=SETTLE_TIME)
        yield from self.reported("the service ran")
        report = json.loads(self.machine.check(f"cat {REPORT}"))
        failed = [check["id"] for check in report["checks"] if check["verdict"] == "fail"]
        yield failed == ["driver.vfio"], f"after a boot: the report is there, and {failed} fails"
        yield self.unit("ActiveState", "gpucheck.timer") == "active", "the timer is up after a boot"

    def upgraded(self):
        """A plan stands meanwhile."""
        self.vm.define(())
        self.configure(ALL)
        status, output, errors = self.machine.run("gpucheck --fix --yes --format text vm.hostdev 2>&1", RUN_TIME)
        yield told("is applied" in output, f"a plan for the VM: status {status}", output + errors)
        plans = self.machine.check("gpucheck --undo list")
        status, said = self.apt("install /root/second.deb")
        yield told(status == 0 and "+1" in self.machine.check("dpkg-query -W gpucheck"), "apt upgrades it", said)
        yield told("topping" not in said, "and stops nothing", said)
        yield self.machine.check(f"cat {CONFIGURATION}") == ALL, "the configuration is kept"
        yield self.machine.check("gpucheck --undo list") == plans, "the records are kept"
        state = [self.unit(name, "gpucheck.timer") for name in ("UnitFileState", "ActiveState", "NeedDaemonReload")]
        yield state == ["enabled", "active", "no"], f"the timer is {state}"
        yield self.unit("UnitFileState") == "enabled", "the service is enabled"

    def removed(self):
        status, said = self.apt("remove gpucheck")
        yield told(status == 0 and "stays applied" in said and f"the definition of VM {NAME}" in said,
                   "apt removes it, and the plan that stays is named", said)
        yield self.unit("ActiveState", "gpucheck.timer") == "inactive", "the timer is stopped"
        self.machine.check(f"test -e {REPORT} && test -e {CONFIGURATION} && test ! -e {NUMBERS}")
        status, said = self.apt("purge gpucheck")
        yield told(status == 0 and "for good" in said, "apt purges it, and says what is lost", said)
        # The administrator's own, which no package removes.
        self.machine.check(f"rm {CONFIGURATION}")
        after = everything(self.machine)
        yield after == self.before, f"nothing is left: {sorted(after ^ self.before)}"
        units = self.machine.check("systemctl list-units --all --no-legend 'gpucheck*'")
        yield told(not units.strip(), "systemd forgot its units", units)

    def all(self):
        return (self.prepared, self.installed, self.mended, self.timer, self.booted, self.service, self.service_fails,
                self.upgraded, self.removed)


def build(folder):
    """The .deb of this tree, and the same under a higher version."""
    version = re.match(r"gpucheck \((.*)\)", (TREE / "debian/changelog").read_text())[1]
    for words in ([], [version + "+1"]):
        subprocess.run([TREE / "packaging/build", folder, *words], check=True)
    return [next(folder.glob(f"gpucheck_{version}{more}_*.deb")) for more in ("", "+1")]


def comparisons(image):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="gpucheck-package-"))
    try:
        packages = build(folder)
        with Machine(image, VARIANT, cpus=2) as machine:
            machine.check(SETTLE, timeout=SETTLE_TIME)
            walk = PackageWalk(machine, packages)
            for step in walk.all():
                begin = time.monotonic()
                for okay, description in step():
                    yield okay, f"{step.__name__}: {description}"
                tell(f"{step.__name__}: {time.monotonic() - begin:.0f} s")
    finally:
        shutil.rmtree(folder)
