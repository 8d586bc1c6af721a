#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Links in a root: dangling ones, cycles, and those that would leave it, which lead inside or nowhere."""
import os
import shutil
import unittest

from harness import CARD, CommandLine, DEVICES, Report

INSIDE, OUTSIDE = 'inside.the.root', 'outside.of.the.root'
UP = '../' * 20


class RootLinks(CommandLine):
    def setUp(self):
        self.host = self.root()
        self.outside = os.path.join(os.path.dirname(self.host.folder), 'outside')
        os.mkdir(self.outside)

    def plant(self, name, content):
        """A file outside of the root; the words by which links reach it from inside, would they leave the root."""
        place = os.path.join(self.outside, name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, 'w', encoding='utf-8') as f:
            f.write(content)
        return place, UP + place[1:]

    def evidence(self, name='iommu.cmdline'):
        return repr(self.report(self.host, name).check(name))

    def test_dangling(self):
        for path in ('proc/cmdline', 'proc/cpuinfo', 'proc/interrupts', 'boot/grub/grub.cfg'):
            with self.subTest(path=path):
                host = self.root()
                host.link(path, 'nowhere/at/all')
                report = self.report(host)
                self.assertNotEqual([one['verdict'] for one in report.checks].count('pass'), len(report.checks))

    def test_dangling_device(self):
        self.host.link(DEVICES + '/' + CARD, '../../../devices/nowhere')
        self.assertNamed(CARD, self.host)

    def test_cycle(self):
        for path in ('proc/cmdline', 'proc/cpuinfo', 'proc/interrupts', 'boot/grub/grub.cfg', 'sys/class/iommu',
                     DEVICES, 'sys/kernel/iommu_groups'):
            with self.subTest(path=path):
                host = self.root()
                host.clear(path)
                host.link(path, path.split('/')[-1] + '.2')
                host.link(path + '.2', path.split('/')[-1])
                self.assertNamed('/' + path, host)

    def test_folder_that_holds_itself(self):
        self.host.link('etc/X11/xorg.conf.d', '.')
        self.host.link('boot/loader', '..')
        self.report(self.host)

    def test_file_outside_is_not_read(self):
        for target in self.plant('cmdline', OUTSIDE + '\n'):
            with self.subTest(target=target):
                self.host.link('proc/cmdline', target)
                said = self.evidence()
                self.assertNotIn(OUTSIDE, said)
                self.assertIn('/proc/cmdline', said)

    def test_link_leads_inside(self):
        for target in self.plant('cmdline', OUTSIDE + '\n'):
            with self.subTest(target=target):
                self.host.write(os.path.join(self.outside[1:], 'cmdline'), 'BOOT_IMAGE=/vmlinuz %s\n' % INSIDE)
                self.host.link('proc/cmdline', target)
                said = self.evidence()
                self.assertNotIn(OUTSIDE, said)
                self.assertIn(INSIDE, said)

    def test_link_of_a_parent_folder(self):
        place = self.plant('proc/cmdline', OUTSIDE + '\n')[0]
        for target in (os.path.dirname(place), UP + os.path.dirname(place)[1:]):
            with self.subTest(target=target):
                self.host.link('proc', target)
                self.assertNotIn(OUTSIDE, self.evidence())

    def test_listing_outside_is_not_read(self):
        self.plant('iommu/dmar7', '')
        for target in (self.outside + '/iommu', UP + self.outside[1:] + '/iommu'):
            with self.subTest(target=target):
                self.host.link('sys/class/iommu', target)
                report = self.report(self.host, 'iommu.enabled')
                self.assertNotIn('dmar7', repr(report.checks))
                self.assertNotEqual(report.verdict('iommu.enabled'), 'pass')

    def test_devices_outside_are_not_seen(self):
        shutil.copytree(self.host.at('sys'), self.outside + '/sys', symlinks=True)
        self.host.link(DEVICES, '%s/%s' % (self.outside, DEVICES))
        self.assertRefused(CARD, '--root', self.host.folder, '--gpu', CARD)

    def test_names_outside_are_not_read(self):
        for target in self.plant('pci.ids', '10de  %s\n\t2504  %s\n' % (OUTSIDE, OUTSIDE)):
            with self.subTest(target=target):
                self.host.link('usr/share/misc/pci.ids', target)
                self.assertNotIn(OUTSIDE, self.gpucheck('--root', self.host.folder, '-f', 'text').stdout)

    def test_host_name_outside_is_not_read(self):
        for target in self.plant('hostname', OUTSIDE + '\n'):
            with self.subTest(target=target):
                self.host.link('etc/hostname', target)
                self.assertNotEqual(self.report(self.host).document['host'], OUTSIDE)

    def test_path_made_from_a_file_stays_inside(self):
        """The kernel's release becomes part of a path."""
        self.plant('modules.alias', 'alias vfio_pci:v* nouveau\n')
        self.host.clear('%s/%s/vfio-dev' % (DEVICES, CARD))
        self.host.link('%s/%s/driver' % (DEVICES, CARD), '../../../../bus/pci/drivers/nouveau')
        self.assertEqual(self.report(self.host).verdict('driver.vfio'), 'fail')
        for release in (UP + self.outside[1:], self.outside):
            with self.subTest(release=release):
                self.host.write('proc/sys/kernel/osrelease', release + '\n')
                self.assertNotEqual(self.report(self.host).verdict('driver.vfio'), 'pass')

    def test_group_that_climbs(self):
        """The last word of the link becomes part of a path."""
        for group in ('..', '.', '', 'x' * 255):
            with self.subTest(group=group):
                self.host.link('%s/%s/iommu_group' % (DEVICES, CARD), '../../../../kernel/iommu_groups/' + group)
                run = self.gpucheck('--root', self.host.folder, '-f', 'json', '--gpu', CARD)
                for name in ('iommu.isolated', 'iommu.reserved'):
                    self.assertNotEqual(Report(run).verdict(name), 'pass')

    def test_driver_that_climbs(self):
        self.host.clear('%s/%s/vfio-dev' % (DEVICES, CARD))
        for driver in ('..', '.', '', 'vfio-pci/.'):
            with self.subTest(driver=driver):
                self.host.link('%s/%s/driver' % (DEVICES, CARD), '../../../../bus/pci/drivers/' + driver)
                self.assertNotEqual(self.report(self.host, '--gpu', CARD).verdict('driver.vfio'), 'pass')


if __name__ == '__main__':
    unittest.main()
