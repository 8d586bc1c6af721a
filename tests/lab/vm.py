"""The virtual machine inside the lab host, by virsh and ssh, as a person would bring it up."""

import pathlib
import shlex
import subprocess

from hardware import CARD

SOURCES = pathlib.Path(__file__).resolve().parent / "guest"
FOLDER = "/var/lib/gpucheck-lab"        # domain.xml names it
NETWORK = "192.168.122.*"               # libvirt's default network
NAME = "guest"

# Each is about four times what was seen. The first virsh waits until libvirtd has asked QEMU what
# it can do.
BUILD_TIME = 240
VIRSH_TIME = 240
ANSWER_TIME = 240

# Until the guest has a lease and a login works there; prints its address.
WAIT = f"""end=$(($(date +%s) + {ANSWER_TIME}))
while [ $(date +%s) -lt $end ]; do
    address=$(virsh -q domifaddr {NAME} | sed -n 's|.* ipv4 *\\([0-9.]*\\)/.*|\\1|p')
    if [ "$address" ] && ssh -o BatchMode=yes -o ConnectTimeout=15 root@$address true 2>/dev/null; then
        echo $address
        exit 0
    fi
    sleep 2
done
tail -n 20 /var/log/libvirt/qemu/{NAME}-console.log >&2
exit 1
"""


def hostdev(function):
    """A guest without a screen needs no option ROM."""
    domain, bus, slot, number = function.replace(".", ":").split(":")
    rom = "<rom bar='off'/>" if function == CARD else ""
    return (f"<hostdev mode='subsystem' type='pci' managed='yes'><source><address "
            f"domain='0x{domain}' bus='0x{bus}' slot='0x{slot}' function='0x{number}'/>"
            f"</source>{rom}</hostdev>")


class Vm:
    """Of one running lab host. saved, live: the functions passed, live None while it is off.

    processor: of the host, where the VM is to stay: the emulated SVM hangs one that wanders.
    """

    def __init__(self, machine, processor=None):
        self.machine, self.processor = machine, processor
        self.address = self.live = None
        machine.check(f"mkdir -p {FOLDER}")
        for file in ("build.sh", "init", "lease"):
            machine.put(SOURCES / file, f"{FOLDER}/{file}")
        machine.check(f"sh {FOLDER}/build.sh {FOLDER} {shlex.quote(NETWORK)}", timeout=BUILD_TIME)
        machine.check("virsh net-start default", timeout=VIRSH_TIME)

    def define(self, functions):
        definition = (SOURCES / "domain.xml").read_text()
        definition = definition.replace("<!-- hostdevs -->", "".join(map(hostdev, functions)))
        if self.processor is not None:
            definition = definition.replace("<vcpu>", f"<vcpu cpuset='{self.processor}'>")
        self.machine.check("virsh define /dev/stdin", timeout=VIRSH_TIME, stdin=definition)

    def stop(self):
        self.machine.run(f"virsh destroy {NAME}", timeout=VIRSH_TIME)
        self.address = self.live = None

    def try_to_start(self):
        """Leaves the guest's address where it answers, and why not where it does not."""
        try:
            self.machine.check(f"virsh start {NAME}", timeout=VIRSH_TIME)
            self.address = self.machine.check(WAIT, timeout=ANSWER_TIME + 60).strip()
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            return error
        return None

    def start(self, functions):
        """Twice if need be: the emulated SVM hangs now and then. Returns how often."""
        self.define(functions)
        for attempt in (1, 2):
            error = self.try_to_start()
            if not error:
                self.live = functions
                return attempt
            self.stop()
        raise RuntimeError(f"the virtual machine did not answer: {error}")

    def bring(self, saved, live):
        """Returns how many starts it took."""
        starts = 0
        if live != self.live:
            if self.live is not None:
                self.stop()
            if live is not None:
                starts = self.start(live)
        self.define(saved)
        return starts
