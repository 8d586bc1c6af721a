#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Each step is on the disk before the next begins: so the power may fail where a kill was tried, and nowhere else.

A name counts as written once its folder is flushed, a file's content and metadata once the file is.
"""
import re
import unittest

import hosts
from faults import Faults
from trace import calls_of, stopped

PATHS = re.compile(r'<(/[^>]*)>|"([^"]*)"')
OF_NAMES = ('mkdirat', 'renameat', 'unlinkat')


class Disk:
    """What of the changes so far has not been flushed."""

    def __init__(self):
        self.folder = None  # has a new, another or no name
        self.made = None    # the folder that was made last
        self.files = set()
        self.steps = 0

    def begin(self, call):
        assert not self.folder, 'before %s is flushed comes %s' % (self.folder, call)

    def change_name(self, call, paths):
        self.begin(call)
        old = '/'.join(paths[:2])
        if call.name == 'renameat':
            late = [path for path in self.files if (path + '/').startswith(old + '/')]
            assert not late, '%s get their name before they are flushed' % late
        self.files.discard(old)
        self.folder = paths[0]
        self.made = old if call.name == 'mkdirat' else None
        self.steps += 1

    def take(self, call):
        paths = [one or other for one, other in PATHS.findall(call.text)]
        if ' = -1 ' in call.text or call.name in ('close', 'fcntl'):
            return
        if call.name in OF_NAMES:
            self.change_name(call, paths)
        elif call.name == 'openat':
            self.begin(call)
            self.files.add('/'.join(paths[:2]))
        elif call.name == 'fsync':
            self.files.discard(paths[0])
            self.folder = None if paths[0] == self.folder else self.folder
        elif call.name != 'fchmod' or paths[0] != self.made:  # the mode of a new folder goes with its name
            self.begin(call)
            self.files.add(paths[0])


class Flushed(Faults):
    def follow(self, what, kind, state, *arguments, also=()):
        root = hosts.story(kind).root(state)
        disk = Disk()
        for call in calls_of(root, *arguments, also=also):
            if call.changes:
                disk.take(call)
        self.assertIsNone(disk.folder)
        self.assertLessEqual(disk.files, {root + '/var/lib/gpucheck/lock'})  # its content is for people
        self.assertTrue(disk.steps)
        self.tell('%s: all %d steps of %s are flushed in order' % (kind, disk.steps, what))

    def test_applying(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                self.follow('applying', kind, 'before', '--fix', '--yes')

    def test_taking_back(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                stop = stopped(hosts.story(kind).root('before'))
                self.follow('applying and taking back', kind, 'before', '--fix', '--yes', also=stop)

    def test_undoing(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                self.follow('undoing', kind, 'after', '--undo')


if __name__ == '__main__':
    unittest.main()
