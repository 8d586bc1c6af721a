#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A FIFO in place of a file must not hold the program, nor feed it."""
import os
import unittest

from harness import CARD, CommandLine, DEVICES, built_root, READY
from trace import paths_opened

CONFIGURATION = 'etc/gpucheck.conf'
FORGED = b'BOOT_IMAGE=/vmlinuz forged.by.a.fifo\n'


class Fifos(CommandLine):
    def test_in_place_of_every_file(self):
        """It ends in time, whichever file it is; the folders above stay as they are."""
        paths = sorted(path for path, how in paths_opened(built_root(READY)).items() if how == 'file')
        self.assertGreater(len(paths), 20)
        for path in paths:
            with self.subTest(path=path):
                root = self.root()
                root.fifo(path)
                if path == CONFIGURATION:
                    self.assertRefused('/' + path, '--root', root.folder)
                else:
                    self.report(root)

    def test_is_named(self):
        for path in ('proc/cmdline', 'proc/cpuinfo', 'proc/interrupts', 'boot/grub/grub.cfg', 'boot/grub/grubenv',
                     'sys/kernel/iommu_groups/19/reserved_regions',
                     *('%s/%s/%s' % (DEVICES, CARD, file) for file in ('config', 'resource', 'boot_vga'))):
            with self.subTest(path=path):
                root = self.root()
                root.fifo(path)
                self.assertNamed('/' + path, root)

    def test_with_a_writer(self):
        root = self.root()
        place = root.fifo('proc/cmdline')
        descriptor = os.open(place, os.O_RDWR)
        self.addCleanup(os.close, descriptor)
        os.write(descriptor, FORGED)
        self.assertNamed('/proc/cmdline', root)
        self.assertNotIn('forged', repr(self.report(root).checks))


if __name__ == '__main__':
    unittest.main()
