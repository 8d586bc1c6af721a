# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts made for these tests, as descriptions for fixtures/mkroot.py: cards that are still on the host's drivers."""

KERNEL = '6.1.0-26-amd64'
GRUB = 'BOOT_IMAGE=/boot/vmlinuz-%s root=/dev/sda1 ro' % KERNEL
SYSTEMD_BOOT = 'initrd=\\EFI\\linux\\initrd.img root=/dev/sda1 ro'
PROCESSORS = {'intel': 'cpu GenuineIntel vmx\nacpi DMAR', 'amd': 'cpu AuthenticAMD svm\nacpi IVRS'}
UNITS = {'intel': 'iommu dmar0', 'amd': 'iommu ivhd0'}
OWN_DISPLAY = {'intel': 'pci 0000:00:02.0 0300 8086:a780 driver=i915 boot_vga=1',
               'amd': 'pci 0000:0f:00.0 0300 1002:164e driver=amdgpu boot_vga=1'}
CARD = '''pci 0000:01:00.0 0300 10de:2504 driver=nouveau group=12 boot_vga=0
pci 0000:01:00.1 0403 10de:228e driver=snd_hda_intel group=12'''
OTHER_CARD = '''pci 0000:02:00.0 0300 1002:731f driver=amdgpu group=13 boot_vga=0
pci 0000:02:00.1 0403 1002:ab38 driver=snd_hda_intel group=13'''


def without_groups(functions):
    return '\n'.join(' '.join(word for word in line.split(' ') if not word.startswith('group='))
                     for line in functions.splitlines())


def unbound(*cards, vendor='intel', arguments=GRUB + ' quiet intel_iommu=on', more=''):
    """The IOMMU is on; the cards are on the host's drivers."""
    return '\n'.join([PROCESSORS[vendor], UNITS[vendor], 'kernel ' + KERNEL, 'cmdline ' + arguments,
                      OWN_DISPLAY[vendor], *(cards or (CARD,)), more]) + '\n'


def turned_off(vendor='intel', arguments=GRUB + ' quiet iommu=off', more=''):
    """The IOMMU is off, by an argument."""
    return '\n'.join([PROCESSORS[vendor], 'kernel ' + KERNEL, 'cmdline ' + arguments, OWN_DISPLAY[vendor],
                      without_groups(CARD), more]) + '\n'
