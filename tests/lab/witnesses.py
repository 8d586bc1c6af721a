"""What other programs than gpucheck say of the host in the same boot."""

import re
from dataclasses import dataclass

READ_LINKS = """for device in /sys/bus/pci/devices/*; do
    [ -L $device/iommu_group ] || continue
    echo ${device##*/} $(basename $(readlink $device/iommu_group))
done"""
READ_BOOT_VGA = """for file in /sys/bus/pci/devices/*/boot_vga; do
    [ -e $file ] || continue
    device=${file%/boot_vga}
    echo ${device##*/} $(cat $file)
done"""


@dataclass
class Facts:
    """Functions are named by their full addresses."""
    classes: dict       # function: class as four hexadecimal digits, as lspci has it
    drivers: dict       # function: driver in use; not there where there is none
    groups: dict        # function: number of its IOMMU group, as text
    boot_vga: dict      # function: "0" or "1"
    iommus: list        # the names in /sys/class/iommu
    cmdline: str

    def boot_display(self):
        return [function for function, value in self.boot_vga.items() if value == "1"]

    def cards(self):
        """Displays that firmware did not boot on."""
        return [function for function, number in self.classes.items()
                if number.startswith("03") and function not in self.boot_display()]

    def functions_of(self, card):
        return [function for function in self.classes if function[:-1] == card[:-1]]


@dataclass
class GuestFacts:
    """Ids as "1002:5159"."""
    address: str        # where the guest's sshd is, as libvirt's lease has it
    passed: list        # the ids of the functions that the running VM was given
    ids: dict           # function, as the guest numbers it: its ids


def parse_lspci(text):
    """The output of lspci -Dnnk: (classes, drivers)."""
    classes, drivers = {}, {}
    function = None
    for line in text.splitlines():
        head = re.match(r"([0-9a-f]{4,}:\S+) .*?\[([0-9a-f]{4})\]: ", line)
        if head:
            function = head[1]
            classes[function] = head[2]
        elif function and line.strip().startswith("Kernel driver in use: "):
            drivers[function] = line.split(": ", 1)[1].strip()
    return classes, drivers


def parse_ids(text):
    """The output of lspci -Dnn: ids by function."""
    found = re.finditer(r"^([0-9a-f]{4,}:\S+) .*\[([0-9a-f]{4}:[0-9a-f]{4})\]", text, re.MULTILINE)
    return {match[1]: match[2] for match in found}


def pairs(text):
    return dict(line.split(maxsplit=1) for line in text.splitlines())


def question(machine):
    classes, drivers = parse_lspci(machine.check("lspci -Dnnk"))
    return Facts(classes, drivers,
                 groups=pairs(machine.check(READ_LINKS)),
                 boot_vga=pairs(machine.check(READ_BOOT_VGA)),
                 iommus=machine.check("ls /sys/class/iommu").split(),
                 cmdline=machine.check("cat /proc/cmdline").strip())


def question_guest(machine, vm):
    """vm: of vm.py, running."""
    host = parse_ids(machine.check("lspci -Dnn"))
    guest = parse_ids(machine.check(f"ssh root@{vm.address} lspci -Dnn"))
    return GuestFacts(vm.address, [host[function] for function in vm.live], guest)
