"""What only the lab host itself can do to a new image: write grub.cfg and boot through it."""

from machine import UPDATE_GRUB_TIME, Machine


def complete(image):
    """The image's own services settle (machine id, libvirt's default network) on the way."""
    with Machine(image, iommu=None) as machine:
        machine.check("update-grub", timeout=UPDATE_GRUB_TIME)
        machine.check("grep -q 'menuentry .Debian' /boot/grub/grub.cfg")
        machine.poweroff()
        machine.keep_disk()
