#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Killed at every system call: nothing is lost, and the next run knows."""
import unittest

import hosts
import trace
from faults import Aftermath, FULL, Faults, every

KILLED = -9


class Killed(Faults):
    def points(self, story, state, arguments, also):
        """Every call that changes something; of the others all in the full mode."""
        calls, run = trace.calls_of(story.root(state), *arguments, also=also)
        changing = [one for one in calls if one.changes]
        others = [one for one in calls if not one.changes]
        return calls, changing + every(8, others), run

    def kill_everywhere(self, what, kind, state, *arguments, also=()):
        story = hosts.story(kind)
        aftermath = Aftermath(story)
        calls, points, run = self.points(story, state, arguments, also)
        self.assertTrue(calls, run)

        def kill(point):
            root = story.root(state)
            wrapper = trace.injected('%s:signal=KILL:when=%d' % point[:2], *also)
            run = story.run(root, *arguments, wrapper=wrapper)
            aftermath.check(root)
            return run.status == KILLED

        killed = sum(self.at_each(points, kill))
        self.tell('%s: killed at %d of %d calls of %s, %d of them changing; %d different states were left' % (
            kind, killed, len(calls), what, sum(one.changes for one in points), aftermath.states))
        # Calls that only wait may be fewer in a run.
        self.assertGreaterEqual(killed, 0.95 * len(points))

    def test_applying(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                self.kill_everywhere('applying', kind, 'before', '--fix', '--yes')

    def test_taking_back_when_stopped(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                # The wish to stop arrives under the lock, and is heeded after the first file.
                self.kill_everywhere('applying and taking back', kind, 'before', '--fix', '--yes',
                                     also=('getpid:signal=TERM:when=1',))

    def test_undoing(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                self.kill_everywhere('undoing', kind, 'after', '--undo')


if __name__ == '__main__':
    unittest.main()
