# SPDX-License-Identifier: GPL-2.0-or-later
"""What a check may pass without: every exception to "not measured is never green", with its reason.

Paths are told by role, so that a rule holds for every host: below sys/bus/pci/devices stand GPU for the card's GPU,
MATE for its companions in the same slot, COMPANION for those on another bus, PORT for the bridges above them, and OTHER
for the rest. A rule is the checks, the paths, the ways (spoil.py) and why; the first three are regular expressions.
"""
import collections
import os
import re

from harness import DEVICES

Rule = collections.namedtuple('Rule', 'checks paths ways why')

RULES = (
    Rule('.*', 'etc/hostname', '.*', 'names the host in the report and decides nothing'),
    Rule('.*', 'var/lib/gpucheck(/.*)?', '.*', 'tells of a plan that was interrupted, on standard error, and decides nothing'),
    Rule('.*', 'gpucheck/record[.]json', '.*',
         'tells which of the files that are missing were there: spoilt, it makes an error of each, and none is missing here'),
    Rule('.*', 'usr/share/misc/pci.ids', '.*', 'names devices in reasons and decides nothing'),
    Rule('iommu.isolated', '(PORT|OTHER)/(vendor|device)', '.*',
         'names a member of the group; whether it is harmless hangs on its class, header and driver'),
    Rule('display.primary', 'OTHER/(vendor|device)', '.*', 'names the boot display; its address is evidence enough'),
    Rule('iommu.enabled|iommu.remapping', '(GPU|MATE|COMPANION|PORT|OTHER)/class', '.*',
         'one function in a group of a working IOMMU is proof, of whatever class'),
    Rule('host.gpu|iommu.reserved|iommu.isolated|driver.(vfio|persistent|users|reset)|display.*', '(MATE|PORT|OTHER)/class', '.*',
         'a function of the slot that carries the GPU\'s vendor id is the card\'s, a bridge never is, and nothing else '
         'here carries that id below the card\'s switch'),
    Rule('vm[.].*|guest[.].*', '(MATE|PORT|OTHER)/class', '.*', 'the same: the card has all its functions'),
    Rule('vm[.](functions|conflict|address|mmio|memory|pending|running)|guest[.].*', 'etc/libvirt/qemu(/[^/]*[.]xml)?', 'missing',
         'a VM that runs and is not saved is a transient one, judged by what it runs'),
    Rule('vm[.](hostdev|functions|conflict|address|mmio|memory|pending)', 'run/libvirt/qemu(/[^/]*[.]xml)?', 'missing',
         'then the VM is off, and judged by what is saved'),
    Rule('iommu.*', '(PORT|OTHER)/iommu_group', 'missing',
         'the kernel gives some functions no group (AMD\'s 00:00.2); another one that has a group is proof'),
    Rule('.*', 'sys/firmware/acpi/tables', '.*',
         'who made the IOMMU, which its units and the CPU tell too; that it works is seen by units and groups'),
    Rule('iommu.cmdline|driver.persistent', 'sys/firmware/efi/efivars/LoaderInfo-.*', 'planted',
         'the loader of this boot, which BOOT_IMAGE among the kernel\'s arguments tells too'),
    Rule('iommu.cmdline|driver.persistent', 'boot/grub2?/grubenv', 'missing', 'GRUB without an environment block has nothing saved'),
    Rule('iommu.remapping', 'sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts', 'missing',
         'the module is not loaded, so nobody has set it'),
    Rule('iommu.isolated', 'lib/modules/[^/]*/modules.alias|proc/sys/kernel/osrelease', 'missing',
         'asked about the driver of a bridge, which is pcieport and so harmless'),
    Rule('iommu.isolated', 'PORT/driver', 'missing', 'a bridge without a driver is harmless'),
    Rule('host.gpu|iommu.reserved|driver.(vfio|persistent|users|reset)|display.*', 'PORT/config', '.*',
         'an unprivileged reader sees no port type: then two bridges of the GPU\'s maker are its switch, so that more '
         'functions are judged, never fewer'),
    Rule('.*', '(GPU|MATE|COMPANION)/physfn', '.*',
         'what is not known as virtual is judged with its whole slot: more functions, never fewer'),
    Rule('display.primary', '(GPU|MATE|OTHER)/boot_vga', 'missing', 'the kernel gives it to VGA controllers only'),
    Rule('.*', 'MATE|COMPANION|OTHER', 'missing', 'there is no such device'),
    Rule('driver.vfio', 'GPU/vfio-dev', 'missing', 'kernels before 6.1 have none; the module\'s alias tells as well'),
    Rule('driver.vfio', 'sys/bus/pci/drivers/[^/]*/module', 'missing', 'then the module is called like the driver'),
    Rule('driver.users', 'proc', 'missing', 'a recorded host has no processes: who held the card stands in its record'),
    Rule('vm.mmio', '(GPU|COMPANION)/iommu', 'missing', 'then the narrowest of all units limits the addresses'),
    Rule('driver.users', 'etc/libvirt(/.*)?', 'missing',
         'one process at a time has a vfio group open, and its unit says that it is a QEMU of libvirt\'s'),
    Rule('driver.persistent', 'proc/cmdline', '.*',
         'tells which boot loader started this kernel, as the configuration that is there does; it is about the next one'),
    Rule('driver.persistent', 'sys/bus/pci/drivers/vfio-pci', 'missing', 'modules.dep tells too that there is vfio-pci'),
    Rule('driver.persistent', '(GPU|MATE|COMPANION)/(driver|vfio-dev)', '.*',
         'what it is on now only adds "from the next boot on" to the reason'),
    Rule('driver.persistent', 'sys/bus/pci/drivers/[^/]*/module', '.*', 'asked about the driver that it is on now'),
    Rule('display.primary', 'usr/(lib/xorg|bin)/Xorg', 'missing', 'Xorg is not installed'),
)

# For the choice of the cards without --gpu: what may change it and yet end with status 0.
CHOICE = (
    Rule('', 'var/lib/gpucheck(/.*)?', '.*', 'tells of a plan that was interrupted, and decides nothing'),
    Rule('', '(GPU|OTHER)', 'missing', 'there is no such device'),
    Rule('', '(GPU|OTHER)/driver', 'missing', 'the device has no driver, so it is not on a vfio driver'),
    Rule('', '(GPU|OTHER)/physfn', 'missing',
         'it is no virtual function, so in another GPU\'s slot it is a second head'),
    Rule('', '(GPU|OTHER)/vfio-dev', 'missing', 'the driver did not register the device with vfio'),
)


def role(name, gpu, companions, ports):
    if name == gpu:
        return 'GPU'
    if name in companions:
        return 'MATE' if name.split('.')[0] == gpu.split('.')[0] else 'COMPANION'
    return 'PORT' if name in ports else 'OTHER'


def by_role(root, path, gpu, companions):
    """The path with the device's role in place of its address."""
    if not path.startswith(DEVICES + '/'):
        return path
    places = [os.path.dirname(os.readlink(os.path.join(root, DEVICES, one))) for one in (gpu, *companions)]
    ports = {part for place in places for part in place.split('/')}
    name, slash, file = path[len(DEVICES) + 1:].partition('/')
    return role(name, gpu, companions, ports) + slash + file


def covered(rules, check, path, way):
    for rule in rules:
        if re.fullmatch(rule.checks, check) and re.fullmatch(rule.paths, path) and re.fullmatch(rule.ways, way):
            return True
    return False


def for_check(check, path, way):
    return covered(RULES, check, path, way)


def for_choice(path, way):
    return covered(CHOICE, '', path, way)
