#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Killed at every system call: nothing is lost, and the next run knows."""
import unittest

import hosts
from faults import Aftermath, Faults, every
from trace import calls_of, calls_of_taking_back, injected, stopped

KILLED = -9


class Killed(Faults):
    def kill_everywhere(self, what, kind, state, calls, *arguments, also=()):
        """At every call that changes something, and at some of the others, or all in the full mode."""
        story = hosts.story(kind)
        aftermath = Aftermath(story)
        points = [one for one in calls if one.changes] + every(10, [one for one in calls if not one.changes])

        def kill(point):
            root = story.root(state)
            wrapper = injected('%s:signal=KILL:when=%d' % point[:2], *also)
            run = story.run(root, *arguments, wrapper=wrapper)
            aftermath.check(root)
            return run.status == KILLED

        killed = sum(self.at_each(points, kill))
        self.tell('%s: killed at %d of %d points of %s, %d of them changing something; %d different states were left' % (
            kind, killed, len(calls), what, sum(one.changes for one in points), aftermath.states))
        # Calls that only wait may be fewer in a run.
        self.assertGreaterEqual(killed, 0.9 * len(points))

    def test_applying(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                calls = calls_of(hosts.story(kind).root('before'), '--fix', '--yes')
                self.kill_everywhere('applying', kind, 'before', calls, '--fix', '--yes')

    def test_taking_back(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                stop = stopped(hosts.story(kind).root('before'))
                calls = calls_of_taking_back(hosts.story(kind).root('before'), stop)
                self.kill_everywhere('taking back', kind, 'before', calls, '--fix', '--yes', also=stop)

    def test_undoing(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                calls = calls_of(hosts.story(kind).root('after'), '--undo')
                self.kill_everywhere('undoing', kind, 'after', calls, '--undo')


if __name__ == '__main__':
    unittest.main()
