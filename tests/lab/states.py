"""The states that a lab host is brought into, and what gpucheck must say of each."""

from dataclasses import dataclass, field

from hardware import CARD, CARD_AUDIO

# The argument by which each variant's IOMMU is turned off.
OFF = {"vtd": "intel_iommu=off", "amd-vi": "amd_iommu=off"}
VARIANTS = tuple(OFF)

# The checks of the host alone, for the states without a virtual machine.
HOST_CHECKS = ("host.kvm", "host.gpu", "iommu.enabled", "iommu.cmdline", "iommu.remapping",
          "iommu.reserved", "iommu.isolated", "driver.vfio", "driver.persistent", "display.primary")

# GRUB_CMDLINE_LINUX_DEFAULT as Debian ships it.
DEFAULT_ARGUMENTS = "quiet"

BIND_BY_HAND = f"""set -e
modprobe vfio-pci
for function in {CARD} {CARD_AUDIO}; do
    device=/sys/bus/pci/devices/$function
    [ "$(basename "$(readlink $device/driver)")" != vfio-pci ] || continue
    echo vfio-pci >$device/driver_override
    echo $function >$device/driver/unbind
    echo $function >/sys/bus/pci/drivers_probe
done
"""


@dataclass(frozen=True)
class VmState:
    """The functions that the saved definition passes, and those that the running VM was given."""
    saved: tuple
    live: tuple = None                  # None: it is off


@dataclass(frozen=True)
class State:
    """In the order of the walk: a state may go on from the boot of the one before it.

    In arguments and in words, {off} stands for the variant's own argument.
    """
    name: str
    expected_status: int
    iommu_in_firmware: bool = True
    arguments: str = DEFAULT_ARGUMENTS
    script: str = ""                    # run in the host once it is up
    cpus: int = 2                       # the emulated SVM is not safe on two, unless the VM
    processor: int = None               # stays on one of them
    vm: VmState = None
    checks: tuple = HOST_CHECKS         # that gpucheck is asked for; none: all
    verdicts: dict = field(default_factory=dict)    # by check; what is not named is left open
    others: str = None                  # the verdict of what verdicts does not name
    first_failure: str = None           # the first check of the report that fails
    words: dict = field(default_factory=dict)       # by check: what its reason must name


# The card is bound by hand in every state: the next boot gives it to radeon again.
BY_HAND = {"driver.persistent": "fail"}


def vm_state(name, vm, **expected):
    return State(name=name, vm=vm, script=BIND_BY_HAND, cpus=1, checks=(), **expected)


STATES = (
    State(
        name="radeon", expected_status=1,
        verdicts={"host.kvm": "pass", "host.gpu": "pass", "iommu.enabled": "pass",
                  "iommu.cmdline": "pass", "iommu.remapping": "pass", "iommu.reserved": "pass",
                  "driver.vfio": "fail", "display.primary": "pass", **BY_HAND},
        words={"driver.vfio": ("radeon", "snd_hda_intel"), "driver.persistent": ("radeon",)},
    ),
    State(
        name="vfio", expected_status=1, script=BIND_BY_HAND,
        verdicts={"host.kvm": "pass", "host.gpu": "pass", "iommu.enabled": "pass",
                  "iommu.cmdline": "pass", "iommu.remapping": "pass", "iommu.reserved": "pass",
                  "iommu.isolated": "pass", "driver.vfio": "pass", "display.primary": "pass",
                  **BY_HAND},
    ),
    State(
        name="off-by-argument", expected_status=1, arguments=DEFAULT_ARGUMENTS + " {off}",
        verdicts={"host.kvm": "pass", "host.gpu": "pass", "iommu.enabled": "fail",
                  "iommu.cmdline": "fail", "iommu.remapping": "skip", "iommu.reserved": "skip",
                  "iommu.isolated": "skip", "driver.vfio": "fail", "display.primary": "pass", **BY_HAND},
        words={"iommu.enabled": ("{off}",), "iommu.cmdline": ("{off}",)},
    ),
    State(
        name="off-in-firmware", expected_status=1, iommu_in_firmware=False,
        verdicts={"host.kvm": "pass", "host.gpu": "pass", "iommu.enabled": "fail",
                  "iommu.cmdline": "pass", "iommu.remapping": "skip", "iommu.reserved": "skip",
                  "iommu.isolated": "skip", "driver.vfio": "fail", "display.primary": "pass", **BY_HAND},
        words={"iommu.enabled": ("firmware",)},
    ),
    vm_state(
        "vm-without-card", VmState(saved=()), expected_status=1, first_failure="driver.persistent",
        verdicts={**BY_HAND, "driver.vfio": "pass", "vm.hostdev": "fail", "guest.device": "skip"},
        words={"vm.hostdev": ("guest", CARD)},
    ),
    vm_state(
        "vm-without-audio", VmState(saved=(CARD,)), expected_status=1, first_failure="driver.persistent",
        verdicts={**BY_HAND, "vm.hostdev": "pass", "vm.functions": "warn", "vm.pending": "pass",
                  "vm.running": "fail", "guest.ssh": "skip", "guest.device": "skip"},
        words={"vm.functions": (CARD_AUDIO,), "vm.running": ("off",)},
    ),
    vm_state(
        "vm-still-old", VmState(saved=(CARD, CARD_AUDIO), live=(CARD,)), expected_status=1,
        first_failure="driver.persistent",
        verdicts={**BY_HAND, "vm.hostdev": "pass", "vm.functions": "pass", "vm.pending": "fail",
                  "vm.running": "pass", "guest.ssh": "pass", "guest.device": "pass"},
        words={"vm.pending": (CARD_AUDIO,)},
    ),
    vm_state(
        # The guest has no driver for the card, and says so: radeon would take its only console and
        # hang in setting a mode on the emulated card.
        "guest", VmState(saved=(CARD, CARD_AUDIO), live=(CARD, CARD_AUDIO)), expected_status=1,
        verdicts={**BY_HAND, "guest.driver": "fail"}, others="pass",
        words={"guest.driver": ("no driver",)},
    ),
)

# Kept in the tree as fixtures/lab-VARIANT-STATE.
RECORDED = (
    ("vtd", "radeon"),
    ("vtd", "vfio"),
    ("vtd", "off-by-argument"),
    ("vtd", "guest"),
    ("amd-vi", "vfio"),
)
