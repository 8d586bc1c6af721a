# SPDX-License-Identifier: GPL-2.0-or-later
"""Descriptors, signals and limits that root's gpucheck is started with: nothing is written where it does not belong."""
import itertools
import os
import re
import unittest

from fixing import Fixing
from harness import NOBODY, PASSED, READY, REFUSED, built_root
from live import Live
from tree import STATE

HOST = 'rtx3060-vtd-off-by-argument'


def without_words_of_time(tree):
    """All that a run leaves, but for numbers in what tells of the run itself."""
    return {path: (one.kind, one.mode, one.owner, re.sub(rb'\d+', b'N', one.content)
                   if path.endswith(('record.json', 'lock')) else one.content) for path, one in tree.items()}


class Descriptors(Fixing):
    closed = ''

    def wrapped(self, command):
        return ['sh', '-c', 'exec "$@" ' + self.closed, 'sh', *command]

    def test_closed_ones_get_no_message(self):
        """All of them, each way: the files of a fix, and of its undoing, hold not a byte more."""
        clean, _ = self.recorded_host(HOST)
        self.fix(clean)
        fixed = without_words_of_time(self.tree(clean))
        self.run_on(clean, '--undo')
        undone = without_words_of_time(self.tree(clean))
        ways = [''.join(one) for one in itertools.product(('', '<&- '), ('', '>&- '), ('', '2>&- '))]
        for self.closed in ways[1:]:
            with self.subTest(closed=self.closed):
                root, _ = self.recorded_host(HOST)
                self.fix(root)
                self.assertEqual(without_words_of_time(self.tree(root)), fixed)
                self.run_on(root, '--undo')
                self.assertEqual(without_words_of_time(self.tree(root)), undone)

    def test_few_of_them(self):
        """Too few for a run: an error, or the report; never a half change. The loader alone wants four."""
        seen = set()
        for count in (*range(4, 16), 20, 30, 64):
            root, _ = self.recorded_host(HOST)
            before = self.tree(root)
            self.closed = ''
            run = self.started(['sh', '-c', 'ulimit -n %d; exec "$@"' % count, 'sh', os.environ['GPUCHECK'], '--root',
                                root.folder, '--fix', '--yes', 'iommu'], -1)
            applied = 'is applied' in run.stderr
            with self.subTest(count=count):
                self.assertNotEqual(run.status, PASSED)
                if not applied:
                    self.assertUnchanged(before, root, {'etc/default', 'var/lib/gpucheck'})
                if os.path.isdir(root.at(STATE)):
                    self.assertNotIn('applying', [self.state(root, one) for one in self.records(root)])
            seen.add(applied)
        self.assertEqual(seen, {False, True}, 'no limit was too low, or every one')


class Signals(Fixing):
    before = 'true'

    def wrapped(self, command):
        return ['bash', '-c', self.before + '; exec "$@"', 'bash', *command]

    def test_ignored_ones(self):
        """A caller may have SIGCHLD and SIGPIPE ignored: programs are waited for, and a lost reader is said."""
        clean = self.gpucheck('--root', built_root('rtx3060-seen-by-the-guest'), '-f', 'json')
        for number in ('CHLD', 'PIPE', 'CHLD PIPE TERM HUP XFSZ'):
            self.before = 'trap "" ' + number
            with self.subTest(number):
                again = self.gpucheck('--root', built_root('rtx3060-seen-by-the-guest'), '-f', 'json')
                self.assertEqual(again, clean)
                root, _ = self.recorded_host(HOST)
                self.fixed(root)
                self.undone(root)

    def test_small_files_only(self):
        """RLIMIT_FSIZE: an error that is said, where the kernel would kill; and the plan is taken back."""
        self.before = 'ulimit -f 0'
        run = self.gpucheck('--root', built_root(READY), '-t', 'display', '-f', 'json')
        self.assertEqual(run.status, PASSED, run.stderr)
        for blocks, wanted in ((0, 'File too large'), (1, 'File too large')):
            root, _ = self.recorded_host(HOST)
            before = self.tree(root)
            self.before = 'ulimit -f %d' % blocks
            run = self.fix(root)
            with self.subTest(blocks=blocks):
                self.assertIn(wanted, ' '.join(run.stderr.split()))
                self.assertNotIn('is applied', run.stderr)
                self.assertUnchanged(before, root, {'etc/default'})

    def test_no_room_for_an_answer(self):
        """What a program of ours is asked with is a file in memory, and counts too."""
        self.before = 'ulimit -f 0'
        run = self.gpucheck('--root', built_root('rtx3060-seen-by-the-guest'), '-f', 'json', 'vm')
        self.assertNotEqual(run.status, PASSED)
        self.assertNotEqual(run.status, REFUSED, run.stderr)


@unittest.skipUnless(NOBODY, 'needs root')
class Commands(Live):
    def test_they_inherit_nothing(self):
        """No descriptor of the caller's, no ignored signal, and a terminal that is not theirs."""
        script = self.root.at('usr/sbin/update-grub')
        with open(script, encoding='utf-8') as f:
            lines = f.read()
        with open(script, 'w', encoding='utf-8') as f:
            f.write(lines.replace('set -e\n', 'set -e\nls -l /proc/$$/fd >/boot/fds\ngrep SigIgn /proc/$$/status >/boot/ignored\n',
                                  1))
        secret = os.path.join(self.work, 'secret')
        with open(secret, 'wb'):
            pass
        self.assertFixed(self.fix_live(prefix=['bash', '-c', 'trap "" CHLD PIPE INT TERM; exec 7<>%s 9<>%s; exec "$@"'
                                               % (secret, secret), 'bash']))
        with open(self.root.at('boot/fds'), encoding='utf-8') as f:
            self.assertNotIn(secret, f.read())
        with open(self.root.at('boot/ignored'), encoding='utf-8') as f:
            self.assertEqual(int(f.read().split()[1], 16), 0)


if __name__ == '__main__':
    unittest.main()
