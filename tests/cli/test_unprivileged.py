#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run by nobody: no crash, nothing greener than root sees, and what needs root says so."""
import os
import re
import unittest

from harness import CARD, CommandLine, DEVICES, FAILED, NOT_MEASURED, PASSED, REFUSED, Report, Root, built_root

GREEN = {'pass': 2, 'warn': 1, 'skip': 0, 'error': 0, 'fail': 0}
WORD_OF_RIGHTS = re.compile(r'[Pp]ermission denied|\broot\b|not permitted')

# What a live kernel or a Debian host shows to root only, path -> who then cannot tell.
ROOT_ONLY = {'boot/grub/grub.cfg': 'iommu.cmdline'}
HOSTS = ('rtx3060-ready', 'arc-pro-b50-vf-on-variant-driver', 'arc-a770-ready-in-one-group', 'arc-a770-audio-forgotten',
         'rtx3060-vtd-off-by-argument', 'rtx3060-saved-entry-turns-vtd-off', 'rtx4090-fell-off-the-bus',
         'xorg-busid-is-the-card', 'rtx5080-firmware-direct-region', 'gtx1060-boot-framebuffer')


@unittest.skipIf(os.geteuid(), 'needs root to compare with')
class Unprivileged(CommandLine):
    def compare(self, *arguments):
        """The reports of root and of nobody; nobody's is no greener."""
        both = [self.gpucheck('-f', 'json', *arguments, nobody=nobody) for nobody in (False, True)]
        roots, nobodys = (Report(run) for run in both)
        if both[0].status in (FAILED, NOT_MEASURED):
            self.assertNotEqual(both[1].status, PASSED)
        self.assertEqual(both[0].status == REFUSED, both[1].status == REFUSED)
        self.assertEqual(nobodys.ids(), roots.ids())
        for one, other in zip(roots.checks, nobodys.checks):
            with self.subTest(check=one['id'], gpu=one['gpu']):
                self.assertLessEqual(GREEN[other['verdict']], GREEN[one['verdict']], (one, other))
        return roots, nobodys

    def assertSaysWhoMay(self, report, name):
        self.assertEqual(report.verdict(name), 'error')
        self.assertRegex(report.reason(name), WORD_OF_RIGHTS)

    def test_live_host(self):
        roots, nobodys = self.compare()
        for one, other in zip(roots.checks, nobodys.checks):
            if one['verdict'] != 'error' and other['verdict'] == 'error':
                self.assertRegex(other['reason'], WORD_OF_RIGHTS)

    def test_live_host_in_every_format(self):
        for form in ('text', 'tap', 'json'):
            self.assertTrue(self.gpucheck('-f', form, nobody=True).stdout)

    @unittest.skipUnless(os.path.exists('/dev/kvm') and not os.stat('/dev/kvm').st_mode & 0o006, 'no guarded /dev/kvm')
    def test_live_kvm(self):
        self.assertSaysWhoMay(Report(self.gpucheck('-f', 'json', 'host.kvm', nobody=True)), 'host.kvm')

    def test_recorded_host_that_all_may_read(self):
        for name in HOSTS:
            with self.subTest(name=name):
                roots, nobodys = self.compare('--root', built_root(name))
                self.assertEqual(nobodys.checks, roots.checks)

    def test_root_only_files(self):
        for name in HOSTS:
            root = self.root(name)
            for path in ROOT_ONLY:
                root.chmod(path, 0o600)
            with self.subTest(name=name):
                roots, nobodys = self.compare('--root', root.folder)
                for check in ROOT_ONLY.values():
                    if roots.verdict(check) == 'pass':
                        self.assertSaysWhoMay(nobodys, check)

    def test_next_boot_that_only_root_can_tell(self):
        root = self.root('rtx3060-saved-entry-turns-vtd-off')
        root.chmod('boot/grub/grub.cfg', 0o600)
        self.assertSaysWhoMay(self.compare('--root', root.folder)[1], 'iommu.cmdline')

    def test_memory_ranges_without_addresses(self):
        """The kernel shows all but root zeroes in place of them."""
        root = self.root()
        with open(root.at('proc/iomem'), encoding='utf-8') as f:
            root.write('proc/iomem', re.sub('[0-9a-f]+-[0-9a-f]+ :', '00000000-00000000 :', f.read()))
        self.assertSaysWhoMay(self.report(root), 'display.console')

    def test_processes_of_others(self):
        """One of them may hold the card: a folder of descriptors that only root may list."""
        root = self.root()
        root.write('proc/1/fd/.keep', '')
        root.chmod('proc/1/fd', 0o700)
        self.assertSaysWhoMay(self.compare('--root', root.folder)[1], 'driver.users')

    def test_short_configuration_space_of_a_dead_card(self):
        """The kernel gives an unprivileged reader 64 bytes: a card off the bus is seen all the same."""
        root = self.root('rtx4090-fell-off-the-bus')
        root.write('%s/%s/config' % (DEVICES, CARD), b'\xff' * 64)
        self.assertEqual(self.compare('--root', root.folder)[1].verdict('host.gpu'), 'fail')

    def test_companion_on_another_bus_is_found_without_port_types(self):
        for name in ('arc-a770-ready-in-one-group', 'arc-a770-audio-forgotten'):
            with self.subTest(name=name):
                whole, root = Root(built_root(name)), self.root(name)
                for device in os.listdir(root.at(DEVICES)):
                    path = '%s/%s/config' % (DEVICES, device)
                    with open(whole.at(path), 'rb') as f:
                        root.write(path, f.read(64))
                wanted, got = self.report(whole), self.report(root, nobody=True)
                self.assertEqual([one['verdict'] for one in got.checks], [one['verdict'] for one in wanted.checks])

    def test_folder_of_the_card_closed(self):
        root = self.root()
        root.chmod('%s/%s' % (DEVICES, CARD), 0o700)
        run = self.gpucheck('--root', root.folder, '-f', 'json', '--gpu', CARD, nobody=True)
        said = run.stderr + ' '.join(one['reason'] for one in Report(run).checks) if run.stdout else run.stderr
        self.assertRegex(said, WORD_OF_RIGHTS)
        self.assertNotEqual(run.status, PASSED)


if __name__ == '__main__':
    unittest.main()
