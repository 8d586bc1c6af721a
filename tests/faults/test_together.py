#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Several gpucheck on one root at once: one changes it, and the others say what they met."""
import collections
import os
import time
import unittest

import hosts
from faults import Faults, INTERRUPTED, said
from harness import REFUSED
from hosts import finish, start
from trace import injected

TIMES = 50
BUSY = 'another gpucheck (process '
STALE = 'was changed while the plan was shown: run gpucheck --fix again'


class Together(Faults):
    def end_of(self, story, run):
        """How one of them ended; none says that a plan was interrupted, since none was."""
        self.assertNotIn('interrupted', run.stderr)
        if story.says_applied in run.stderr:
            return 'applied it'
        self.assertNotIn('is applied', run.stderr)
        if BUSY in run.stderr:
            self.assertEqual(run.status, REFUSED)
            return 'said who is at work'
        if STALE in run.stderr:
            self.assertNotEqual(run.status, 0)
            return 'said that the plan is old'
        return 'found nothing to change'

    def test_two_fixes(self):
        story, ends = hosts.story('desktop'), collections.Counter()
        for _ in range(TIMES):
            root = story.root('before')
            both = [start('--root', root, '--fix', '--yes') for _ in range(2)]
            ended = [self.end_of(story, finish(one)) for one in both]
            self.assertEqual(ended.count('applied it'), 1, ended)
            self.assertEqual(hosts.states_of(root), {story.plan: 'applied'})
            self.assertEqual(hosts.timeless(hosts.tree_of(root)), hosts.timeless(story.after))
            self.assertEqual([name for name in hosts.records_of(root) if '.new' in name], [])
            ends.update(ended)
        self.tell('two fixes at once, %d times: %s' % (TIMES, ', '.join('%d %s' % (count, end)
                                                                       for end, count in sorted(ends.items()))))

    def test_two_undos(self):
        """One takes it back; the other waits for nothing, or comes after."""
        story = hosts.story('desktop')
        for _ in range(TIMES // 5):
            root = story.root('after')
            runs = [finish(one) for one in [start('--root', root, '--undo') for _ in range(2)]]
            self.assertEqual(sorted('is taken back\n' in run.stderr for run in runs), [False, True], runs)
            other = next(run for run in runs if run.status)
            self.assertTrue(BUSY in other.stderr or 'no applied plan is left' in other.stderr, said(other))
            self.assertEqual(hosts.tree_of(root), story.before)

    def test_who_is_at_work_is_named(self):
        story = hosts.story('server')
        root = story.root('before')
        slow = start('--root', root, '--fix', '--yes', wrapper=injected('fchown:delay_enter=2000000:when=2'))
        place = os.path.join(root, hosts.STATE, 'lock')
        while not hosts.interrupted(root) and slow.poll() is None:
            time.sleep(0.01)
        with open(place, encoding='ascii') as f:
            holder = f.read().strip()
        for arguments in (('--fix', '--yes'), ('--undo',)):
            run = story.run(root, *arguments)
            self.assertEqual(run.status, REFUSED, said(run))
            self.assertIn(BUSY + holder + ')', run.stderr)
        self.assertIn(story.says_applied, finish(slow).stderr)

    def test_looking_hinders_no_fix(self):
        """A run that only checks, however slowly, holds no lock."""
        story = hosts.story('server')
        root = story.root('before')
        slow = [start('--root', root, 'host.kvm', wrapper=injected('%s:delay_exit=1000000' % call))
                for call in ('flock', 'fcntl')]
        try:
            for _ in range(20):
                run = story.run(root, '--fix', '--yes')
                self.assertNotIn(BUSY, run.stderr)
                story.run(root, '--undo')
        finally:
            for one in slow:
                finish(one)

    def test_a_plan_at_work_was_not_interrupted(self):
        """A run that starts before a fix and looks at its record after: the plan is only not yet done."""
        story = hosts.story('server')
        root = story.root('before')
        # The fix stands still with its record begun; the run asked for the lock before that.
        looking = start('--root', root, 'host.kvm', wrapper=injected('getdents64:delay_enter=500000:when=1'))
        fixing = start('--root', root, '--fix', '--yes', wrapper=injected('fchown:delay_enter=1500000:when=2'))
        run, fixed = finish(looking), finish(fixing)
        self.assertIn(story.says_applied, fixed.stderr)
        self.assertNotIn('interrupted', run.stderr)


if __name__ == '__main__':
    unittest.main()
