#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--root with a folder that is no host: missing, a file, empty, not to be read."""
import os
import unittest

from harness import CommandLine, PASSED


class RootFolder(CommandLine):
    def test_missing(self):
        place = os.path.join(self.folder(), 'nowhere')
        self.assertRefused(place, '--root', place)

    def test_empty_word(self):
        self.assertRefused('--root', '--root', '')

    def test_file(self):
        place = os.path.join(self.folder(), 'file')
        with open(place, 'w', encoding='utf-8'):
            pass
        self.assertRefused(place, '--root', place)

    def test_fifo(self):
        place = os.path.join(self.folder(), 'fifo')
        os.mkfifo(place)
        self.assertRefused(place, '--root', place)

    def test_name_too_long(self):
        self.assertRefused('x' * 100, '--root', 'x' * 10000)

    def test_empty(self):
        report = self.report(self.folder())
        self.assertNotEqual(report.run.status, PASSED)
        self.assertTrue(report.checks)
        self.assertNotIn('pass', [one['verdict'] for one in report.checks])

    def test_empty_with_a_gpu(self):
        self.assertRefused('01:00.0', '--root', self.folder(), '--gpu', '01:00.0')

    def test_unreadable(self):
        root = self.root()
        os.chmod(root.folder, 0)
        self.assertRefused(root.folder, '--root', root.folder, nobody=True)

    def test_behind_an_unreadable_folder(self):
        root = self.root()
        os.chmod(os.path.dirname(root.folder), 0)
        self.assertRefused(root.folder, '--root', root.folder, nobody=True)

    def test_a_link_to_it(self):
        root = self.root()
        link = os.path.join(self.folder(), 'link')
        os.symlink(root.folder, link)
        self.assertEqual(self.report(link).run.status, PASSED)

    def test_relative(self):
        root = self.root()
        self.assertEqual(self.report(os.path.relpath(root.folder)).run.status, PASSED)


if __name__ == '__main__':
    unittest.main()
