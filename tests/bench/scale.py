# SPDX-License-Identifier: GPL-2.0-or-later
"""Roots of any number of PCI functions: a recorded host, and network functions, each in a group of its own."""
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, '../../fixtures')
# Its VM and guest are recorded, so that every check has something to read.
HOST = 'rtx3060-seen-by-the-guest'
FIRST_GROUP = 1000
# What is the same for all, so that a file can have many names: a root of 65,536 functions fits into memory.
FILES = {'class': b'0x020000\n', 'vendor': b'0x8086\n', 'device': b'0x1889\n', 'revision': b'0x02\n', 'irq': b'0\n',
         'subsystem_vendor': b'0x8086\n', 'subsystem_device': b'0x0000\n', 'numa_node': b'0\n', 'enable': b'1\n',
         'driver_override': b'(null)\n', 'reset_method': b'flr\n', 'power_state': b'D0\n', 'd3cold_allowed': b'1\n',
         'resource': 13 * (b' '.join(3 * [b'0x0000000000000000']) + b'\n'),
         'config': bytes.fromhex('86808918060410000200000200000000').ljust(256, b'\0')}
NAMES_A_FILE = 1000


def address(number):
    domain, place = 1 + number // 65536, number % 65536
    return '%04x:%02x:%02x.%x' % (domain, place >> 8, place >> 3 & 31, place & 7)


class Functions:
    def __init__(self, root):
        self.sys = os.path.join(root, 'sys')
        self.originals = os.path.join(root, 'originals')
        os.makedirs(os.path.join(self.sys, 'bus/pci/drivers/iavf'))

    def renew_originals(self, number):
        folder = os.path.join(self.originals, str(number))
        os.makedirs(folder)
        for name, content in FILES.items():
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(content)
        return folder

    def add(self, count):
        for number in range(count):
            if number % NAMES_A_FILE == 0:
                originals = self.renew_originals(number)
            self.add_one(address(number), FIRST_GROUP + number, originals)

    def add_one(self, name, group, originals):
        parent = 'devices/pci' + name[:7]
        folder = os.path.join(self.sys, parent, name)
        os.makedirs(folder)
        for file in FILES:
            os.link(os.path.join(originals, file), os.path.join(folder, file))
        os.symlink('../../../bus/pci/drivers/iavf', os.path.join(folder, 'driver'))
        os.symlink('../../../kernel/iommu_groups/%d' % group, os.path.join(folder, 'iommu_group'))
        os.symlink('../../../%s/%s' % (parent, name), os.path.join(self.sys, 'bus/pci/devices', name))
        devices = os.path.join(self.sys, 'kernel/iommu_groups/%d/devices' % group)
        os.makedirs(devices)
        os.symlink('../../../../%s/%s' % (parent, name), os.path.join(devices, name))


def make_root(folder, functions):
    """A root of so many functions at folder, which is made."""
    subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), os.path.join(FIXTURES, HOST, 'host'), folder], check=True)
    there = len(os.listdir(os.path.join(folder, 'sys/bus/pci/devices')))
    Functions(folder).add(functions - there)
