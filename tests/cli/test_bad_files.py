#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that are not what they should be: empty, huge, garbage, short, a folder, or not there at all."""
import os
import unittest

from harness import AUDIO, CARD, CommandLine, DEVICES

GARBAGE = bytes(range(256)) * 16
ESSENTIAL = ('proc/cpuinfo', 'proc/interrupts', 'boot/grub/grub.cfg', 'sys/kernel/iommu_groups/19/reserved_regions',
             '%s/%s/config' % (DEVICES, CARD), '%s/%s/resource' % (DEVICES, CARD),
             '%s/%s/config' % (DEVICES, AUDIO), '%s/%s/resource' % (DEVICES, AUDIO))
TABLES = tuple(path for path in ESSENTIAL if not path.endswith('config'))


class BadFiles(CommandLine):
    def spoil(self, paths, content):
        for path in paths:
            with self.subTest(path=path):
                root = self.root()
                root.write(path, content)
                self.assertNamed('/' + path, root)

    def test_empty(self):
        # reserved_regions without a line is a group without reserved regions.
        self.spoil([path for path in ESSENTIAL if 'reserved' not in path], '')

    def test_garbage(self):
        self.spoil(TABLES, GARBAGE)

    def test_nul_bytes(self):
        self.spoil(TABLES, b'\0' * 4096)

    def test_one_mebibyte_without_a_line(self):
        self.spoil(TABLES, b'x' * (1 << 20))

    def test_cut_off(self):
        """What a reader gets who is interrupted after the first line."""
        root = self.root()
        root.write('proc/interrupts', '           CPU0       CPU1\n')
        self.assertNamed('/proc/interrupts', root)

    def test_huge(self):
        """A sparse file that no memory holds."""
        for path in (*ESSENTIAL, 'proc/cmdline', '%s/%s/class' % (DEVICES, CARD)):
            with self.subTest(path=path):
                root = self.root()
                with open(root.clear(path), 'wb') as f:
                    f.truncate(1 << 40)
                self.assertNamed('/' + path, root)

    def test_huge_where_nothing_hangs_on_it(self):
        for path in ('etc/hostname', 'usr/share/misc/pci.ids'):
            with self.subTest(path=path):
                root = self.root()
                with open(root.clear(path), 'wb') as f:
                    f.truncate(1 << 30)
                self.report(root)

    def test_folder_in_place_of_a_file(self):
        for path in (*ESSENTIAL, 'proc/cmdline', *('%s/%s/%s' % (DEVICES, CARD, file)
                                                   for file in ('class', 'vendor', 'device', 'boot_vga'))):
            with self.subTest(path=path):
                root = self.root()
                os.mkdir(root.clear(path))
                self.assertNamed('/' + path, root)

    def test_folder_in_place_of_a_link(self):
        for path in ('%s/%s/driver' % (DEVICES, CARD), '%s/%s/iommu_group' % (DEVICES, CARD)):
            with self.subTest(path=path):
                root = self.root()
                os.mkdir(root.clear(path))
                self.assertNamed('/' + path, root)

    def test_file_in_place_of_a_folder(self):
        for path in ('sys/class/iommu', DEVICES, 'sys/kernel/iommu_groups/19/devices'):
            with self.subTest(path=path):
                root = self.root()
                root.write(path, '')
                self.assertNamed('/' + path, root)

    def test_short_configuration_space(self):
        for function in (CARD, AUDIO):
            for length in (1, 4, 16, 63):
                with self.subTest(function=function, length=length):
                    root = self.root()
                    path = '%s/%s/config' % (DEVICES, function)
                    with open(root.at(path), 'rb') as f:
                        whole = f.read()
                    root.write(path, whole[:length])
                    self.assertNamed('/' + path, root)
                    self.assertEqual(self.report(root).verdict('host.gpu'), 'error')

    def test_configuration_space_of_an_unprivileged_reader(self):
        root = self.root()
        path = '%s/%s/config' % (DEVICES, CARD)
        with open(root.at(path), 'rb') as f:
            whole = f.read()
        root.write(path, whole[:64])
        self.assertEqual(self.report(root).verdict('host.gpu'), 'pass')

    def test_resource_with_more_lines_than_any_device(self):
        root = self.root()
        root.write('%s/%s/resource' % (DEVICES, CARD), '0x0000000000000000 0x0000000000000000 0x0\n' * 200000)
        self.assertNotEqual(self.report(root).verdict('host.gpu'), 'pass')

    def test_resource_of_five_lines(self):
        root = self.root()
        path = '%s/%s/resource' % (DEVICES, CARD)
        with open(root.at(path), encoding='utf-8') as f:
            lines = f.readlines()
        root.write(path, ''.join(lines[:5]))
        self.assertNamed('/' + path, root)

    def test_device_without_a_class(self):
        root = self.root()
        path = '%s/%s/class' % (DEVICES, CARD)
        root.clear(path)
        self.assertNamed('/' + path, root, '--gpu', CARD)

    def test_companion_without_a_class_stays_one(self):
        """In the GPU's slot a function belongs to the card whatever its class."""
        root = self.root()
        root.clear('%s/%s/class' % (DEVICES, AUDIO))
        root.link('%s/%s/driver' % (DEVICES, AUDIO), '../../../../bus/pci/drivers/snd_hda_intel')
        root.clear('%s/%s/vfio-dev' % (DEVICES, AUDIO))
        self.assertEqual(self.report(root).verdict('driver.vfio'), 'fail')

    def test_card_without_a_class_is_not_passed_over(self):
        root = self.root()
        path = '%s/%s/class' % (DEVICES, CARD)
        root.clear(path)
        self.assertNamed('/' + path, root)

    def test_empty_device(self):
        root = self.root()
        place = os.path.realpath(root.at('%s/%s' % (DEVICES, CARD)))
        for file in os.listdir(place):
            root.clear(os.path.relpath(os.path.join(place, file), root.folder))
        self.assertNamed(CARD, root, '--gpu', CARD)

    def test_entry_that_is_no_device(self):
        root = self.root()
        for name in ('0000:01:00', 'garbage', '0000:01:00.9', '\x1b[2J\n', 'x' * 255):
            root.link('%s/%s' % (DEVICES, name), '.')
        self.assertEqual(self.report(root).checks, self.report(self.root()).checks)

    def test_address_twice(self):
        """Two spellings of one address are one device."""
        root = self.root()
        root.link('%s/00000000:01:00.0' % DEVICES, os.readlink(root.at('%s/%s' % (DEVICES, CARD))))
        report = self.report(root)
        self.assertEqual([one['gpu'] for one in report.checks if one['id'] == 'host.gpu'], [CARD])


if __name__ == '__main__':
    unittest.main()
