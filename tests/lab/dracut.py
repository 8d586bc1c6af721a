"""gpucheck --fix on a host whose images dracut builds."""

from fix import FIX_TIME
from hardware import CARD, CARD_AUDIO
from machine import Machine
from walk import SETTLE, SETTLE_TIME, tell

CHANGE_TIME = 900

# As a person would: initramfs-tools goes, dracut comes. Both display drivers are in its image, in
# the order that the lab needs, and no more than this host uses.
CHANGE_OVER = """set -e
dpkg --force-depends --purge initramfs-tools initramfs-tools-core
mkdir -p /etc/dracut.conf.d
echo 'hostonly=yes
hostonly_mode=strict
compress=gzip
add_drivers+=" bochs radeon "
omit_dracutmodules+=" plymouth crypt lvm mdraid multipath btrfs nfs iscsi "' >/etc/dracut.conf.d/lab.conf
dpkg --install /var/cache/lab-dracut/*.deb
"""


def driver(machine, function):
    return machine.check(f"basename $(readlink /sys/bus/pci/devices/{function}/driver)").strip()


def comparisons(image, install):
    """From radeon to vfio-pci by one --fix: at once, since nobody holds the card, and at every boot."""
    with Machine(image, "vtd", cpus=2) as machine:
        machine.check(SETTLE, timeout=SETTLE_TIME)
        install(machine)
        machine.check(CHANGE_OVER, timeout=CHANGE_TIME)
        yield driver(machine, CARD) == "radeon", "dracut: the card is on radeon"
        status, output, _ = machine.run("gpucheck --fix --yes --allow-disruption driver.vfio 2>&1", timeout=FIX_TIME)
        tell(f"dracut: {output}")
        yield status == 0, "bind now: exit status 0 without a reboot"
        for function in (CARD, CARD_AUDIO):
            yield driver(machine, function) == "vfio-pci", f"bind now: {function} is on vfio-pci"
        yield "dracut --regenerate-all --force: done" in output, f"dracut: it built the images: {output[-800:]}"
        yield "is applied" in output, "dracut: the file was seen in the new image"
        machine.reboot()
        machine.check(SETTLE, timeout=SETTLE_TIME)
        for function in (CARD, CARD_AUDIO):
            yield driver(machine, function) == "vfio-pci", f"dracut: {function} is on vfio-pci after the reboot"
        status, output, _ = machine.run("gpucheck --fix --yes driver.vfio 2>&1", timeout=FIX_TIME)
        yield status == 0 and "is applied" not in output, "dracut: the second --fix finds nothing to mend"
