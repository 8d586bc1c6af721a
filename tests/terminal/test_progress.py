# SPDX-License-Identifier: GPL-2.0-or-later
"""What takes longer than a second is told on standard error, on one line that goes again; standard output never sees it."""
import os
import re
import shlex
import time
import unittest

from caller import AsksGuests
from harness import gpucheck, read
from machines import CARD, Machine
from pane import Pane

SLOW = 'sleep 4; eval "$SSH_ORIGINAL_COMMAND"\n'
MOVING = re.compile(r'^  asking the guest ml … [1-9] s$', re.M)


class Progress(AsksGuests):
    def setUp(self):
        super().setUp()
        self.root_folder = self.recorded(Machine('ml', CARD)).folder
        self.out, self.err = (os.path.join(self.folder(), name) for name in ('out', 'err'))

    def words(self, guest, *more):
        place = ['--root', self.root_folder, '--guest', 'root@127.0.0.1:%d' % guest.port]
        return self.wrapped([gpucheck(), *place, *more, 'guest'])

    def pane(self, words, redirection='', **env):
        pane = Pane('%s %s' % (shlex.join(words), redirection), 80, **env)
        self.addCleanup(pane.close)
        return pane

    def seen(self, pane, pattern):
        """The pane's text once it holds the pattern, or None if the command ends before."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            text = pane.text()
            if re.search(pattern, text):
                return text
            if pane.tmux('list-panes', '-F', '#{pane_dead}').strip() == '1':
                return None
            time.sleep(0.1)
        self.fail('neither an end nor %s' % pattern)

    def test_a_slow_guest(self):
        pane = self.pane(self.words(self.guest(force=SLOW)), '>' + shlex.quote(self.out))
        self.assertIsNotNone(self.seen(pane, MOVING))
        pane.wait()
        self.assertEqual(pane.text(), '')
        self.assertTrue(read(self.out).startswith('TAP version 13\n'))
        self.assertNotIn('asking', read(self.out))
        self.assertNotIn('\x1b', read(self.out))

    def test_it_is_gone_before_the_report_comes(self):
        pane = self.pane(self.words(self.guest(force=SLOW)))
        text = self.seen(pane, MOVING)
        self.assertEqual(len(text.splitlines()), 1, text)
        text = pane.wait().text()
        self.assertNotIn('asking', text)
        self.assertTrue(text.startswith('gpucheck '), text)
        self.assertIn('  pass  guest.ssh', text)

    def test_the_c_locale(self):
        pane = self.pane(self.words(self.guest(force=SLOW)), locale='C')
        self.assertIsNotNone(self.seen(pane, r'(?m)^  asking the guest ml \.\.\. [1-9] s$'))

    def test_waiting(self):
        """One line for the whole wait, although guests are asked within it again and again."""
        pane = self.pane(self.words(self.guest(force='sleep 2; exit 1\n'), '--wait', '4'))
        self.assertIsNotNone(self.seen(pane, r'(?m)^  waiting for the VM and its guest, 4 s at most … [3-9] s$'))
        self.assertNotIn('waiting', pane.wait().text())

    def test_silence(self):
        """With -q, on a terminal that cannot, and where standard error is none."""
        quiet = self.words(self.guest(force=SLOW), '-q')
        for words, how, env in ((quiet, '', {}), (self.words(self.guest(force=SLOW)), '2>' + shlex.quote(self.err), {})):
            with self.subTest(words=words):
                pane = self.pane(words, how, **env)
                self.assertIsNone(self.seen(pane, 'asking'))
        self.assertEqual(read(self.err), '')
        pane = self.pane(['env', 'TERM=dumb', *self.words(self.guest(force=SLOW))])
        self.assertIsNone(self.seen(pane, 'asking'))

    def test_what_is_quick_is_not_told(self):
        pane = self.pane([gpucheck(), '--root', self.root_folder, 'vm'], '>' + shlex.quote(self.out))
        self.assertIsNone(self.seen(pane, 'asking'))
        self.assertEqual(pane.text(), '')


if __name__ == '__main__':
    unittest.main()
