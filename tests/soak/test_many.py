# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes in a row and at once: the same report every time, no file left, and of two fixes one."""
import collections
import os
import re
import signal
import subprocess
import time

import hosts
import table
from faults import Faults, said
from harness import CommandLine, REFUSED, built_root, environment, gpucheck
from hosts import finish, start
from test_flat import FORMATS, HOSTS
from trace import injected

AT_ONCE = 50
AT_WORK = re.compile(r'another gpucheck \(process (\d+) since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\)')


class Processes(CommandLine):
    def begin(self, root, form):
        return subprocess.Popen([gpucheck(), '--root', root, '-f', form], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment())

    def end(self, process):
        """What it said, and its status."""
        out, _ = process.communicate()
        return out, process.returncode

    def test_in_a_row(self):
        """Each report is the first one's bytes, and the roots are as they were: no file is made by looking."""
        roots = [self.root(name).folder for name in HOSTS]
        before = [hosts.tree_of(root) for root in roots]
        first, begin = {}, time.monotonic()
        for number in range(table.runs):
            root, form = roots[number % len(roots)], FORMATS[number // len(roots) % len(FORMATS)]
            got = self.end(self.begin(root, form))
            self.assertEqual(got, first.setdefault((root, form), got))
        table.add('processes in a row', table.runs, time.monotonic() - begin,
                  '%d reports, each the same bytes every time, and no file made' % len(first))
        self.assertEqual([hosts.tree_of(root) for root in roots], before, 'looking changed something')

    def test_many_at_once(self):
        root = built_root(HOSTS[1])
        for form in FORMATS:
            alone = self.end(self.begin(root, form))
            begin = time.monotonic()
            runs = [self.begin(root, form) for _ in range(AT_ONCE)]
            self.assertEqual({self.end(one) for one in runs}, {alone})
            table.add('at once on one host, %s' % form, AT_ONCE, time.monotonic() - begin, 'the same bytes, all of them')


class Fixes(Faults):
    def test_two_at_once(self):
        """One works; the other says who does, and since when."""
        story, ends = hosts.story('server'), collections.Counter()
        begin, count = time.monotonic(), table.share(100, 5)
        for _ in range(count):
            root = story.root('before')
            # The first is stopped when it has begun to change the host; the second comes meanwhile.
            first = start('--root', root, '--fix', '--yes', wrapper=injected('fchown:signal=SIGSTOP:when=2'))
            while not (hosts.interrupted(root) and self.stopped(root)) and first.poll() is None:
                time.sleep(0.01)
            second = finish(start('--root', root, '--fix', '--yes'))
            told = AT_WORK.search(' '.join(second.stderr.split()))
            self.assertTrue(told, said(second))
            self.assertEqual((second.status, int(told[1])), (REFUSED, self.holder(root)))
            os.kill(self.holder(root), signal.SIGCONT)
            self.assertIn(story.says_applied, finish(first).stderr)
            self.assertEqual(hosts.timeless(hosts.tree_of(root)), hosts.timeless(story.after))
            ends['one applied it, one named it'] += 1
        table.add('two fixes at once', count, time.monotonic() - begin, ', '.join('%d: %s' % (times, end)
                                                                               for end, times in ends.items()))

    @staticmethod
    def holder(root):
        with open(os.path.join(root, hosts.STATE, 'lock'), encoding='ascii') as f:
            return int(f.read().split()[0])

    def stopped(self, root):
        """By the signal, or by the tracer that still has it to deliver."""
        with open('/proc/%d/stat' % self.holder(root), encoding='utf-8') as f:
            return f.read().rpartition(')')[2].split()[0] in 'Tt'
