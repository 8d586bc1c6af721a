#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every system call that changes something fails once, or from then on: said, taken back, never called applied."""
import collections
import unittest

import hosts
from faults import Aftermath, FULL, Faults, every, said, sentences
from harness import PASSED
from trace import calls_of, calls_of_taking_back, injected, stopped

# The last means that nothing is wrong: only one that lasts would be an error.
ERRORS = ('ENOSPC', 'EIO', 'EROFS', 'EACCES', 'EDQUOT', 'EINTR')
# What a file system that the kernel has made read-only still lets happen.
STILL_DONE = ('close', 'write', 'fcntl')


READING = ('openat2', 'read', 'newfstatat', 'getdents64', 'readlinkat', 'fstatfs', 'faccessat2', 'flistxattr', 'fgetxattr')


def count_ends(ends):
    return ', '.join('%d %s' % (count, end) for end, count in sorted(collections.Counter(ends).items()))


def points_of(calls):
    """Call, error, and the injections that make it so: once, for this call from then on, or for all calls."""
    # What is read once the plan is applied is the next look at the host.
    end = next((index for index, one in enumerate(calls) if ' is applied' in one.text), len(calls))
    for call in every(8, [one for one in calls[:end] if one.name in READING]):
        yield call, 'EIO', ('%s:error=EIO:when=%d' % (call.name, call.number),)
    for index, call in enumerate(one for one in calls if one.changes):
        for number, error in enumerate(ERRORS):
            if FULL or number == index % len(ERRORS):
                yield call, error, ('%s:error=%s:when=%d' % (call.name, error, call.number),)
            if error != 'EINTR' and (FULL or (index % 2 and number == index // 2 % (len(ERRORS) - 1))):
                yield call, error, ('%s:error=%s:when=%d+' % (call.name, error, call.number),)


def broken_disk(calls):
    """From this call on whatever changes something fails, as when a file system has become read-only."""
    names = {one.name for one in calls if one.changes and one.name not in STILL_DONE}
    for index, call in enumerate(calls):
        if not call.changes or call.name in STILL_DONE or not (FULL or call.number % 2):
            continue
        done = {name: max((one.number for one in calls[:index] if one.name == name), default=None) for name in names}
        first = {name: min(one.number for one in calls if one.name == name) for name in names}
        yield call, 'EROFS', tuple('%s:error=EROFS:when=%d+' % (name, first[name] if last is None else last + 1)
                                   for name, last in sorted(done.items()))


def lasts(injections):
    return injections[0].endswith('+')


class Judge(Aftermath):
    """What must hold once a system call has failed."""

    def applying(self, root, run):
        """Applied and said so, or as before and said why, or neither and said what to do."""
        states, tree = hosts.states_of(root), self.check_files(root)
        state, cut = states.get(self.story.plan), hosts.interrupted(root)
        if self.story.says_applied in run.stderr:
            assert state == 'applied', state
            self.check_after(tree)
            return 'applied'
        assert 0 < run.status < 64 and sentences(run), said(run)
        if state == 'applied':  # only flushing that failed, and taking back as well
            self.check_after(tree)
            assert 'did not succeed either' in run.stderr, said(run)
        if 'did not succeed either' in run.stderr or 'stays recorded' in run.stderr:
            assert 'gpucheck --undo' in run.stderr, said(run)
            if self.is_new(self.without_new_times(tree), hosts.records_of(root)):
                self.check_undo(root, cut)
            return 'left to --undo'
        assert not cut, 'plan %r is interrupted: %s' % (cut, said(run))
        self.check_before(tree)
        if 'nothing was changed' in run.stderr:
            assert state is None, 'there is a record: %s' % said(run)
            return 'nothing changed'
        assert 'everything was taken back' in run.stderr and state == 'undone', said(run)
        return 'taken back'

    def undoing(self, root, run):
        """Taken back and said so, or said why not; then it can be repeated."""
        tree, state = self.check_files(root), hosts.states_of(root)[self.story.plan]
        if 'plan %d is taken back\n' % self.story.plan in run.stderr:
            assert run.status == PASSED and state == 'undone', said(run)
            self.check_before(tree)
            return 'taken back'
        assert 0 < run.status < 64 and sentences(run), said(run)
        if self.is_new(self.without_new_times(tree), hosts.records_of(root)):
            self.check_undo(root, hosts.interrupted(root))
        return 'left to --undo'


def is_harmless(call, error):
    """What may fail and the plan is applied all the same: a look, a write that is tried again, the end of the lock."""
    return not call.changes or (call.name == 'write' and error == 'EINTR') or (
        call.name == 'close' and call.text.split('>')[0].endswith('/' + hosts.STATE + '/lock'))


class Failed(Faults):
    def fail_everywhere(self, what, kind, state, calls, *arguments, also=()):
        story = hosts.story(kind)
        judge = Judge(story)
        points = [*points_of(calls), *broken_disk(calls)]

        def fail(point):
            root = story.root(state)
            run = story.run(root, *arguments, wrapper=injected(*point[2], *also))
            # Who cannot write to standard error can say nothing.
            if point[2][0].startswith('write:') and lasts(point[2]):
                return judge.check_files(root) and 'mute'
            end = (judge.undoing if state == 'after' else judge.applying)(root, run)
            assert end != 'applied' or is_harmless(*point[:2]), said(run)
            # What fails once is no reason to leave anything, but for the taking back.
            assert end != 'left to --undo' or state == 'after' or also or lasts(point[2]), said(run)
            return end

        ends = self.at_each(points, fail)
        self.tell('%s: %d errors at %d points of %s: %s' % (
            kind, len(points), len({point[0] for point in points}), what, count_ends(ends)))

    def test_applying(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                calls = calls_of(hosts.story(kind).root('before'), '--fix', '--yes')
                self.fail_everywhere('applying', kind, 'before', calls, '--fix', '--yes')

    def test_taking_back(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                stop = stopped(hosts.story(kind).root('before'))
                calls = calls_of_taking_back(hosts.story(kind).root('before'), stop)
                self.fail_everywhere('taking back', kind, 'before', calls, '--fix', '--yes', also=stop)

    def test_undoing(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                calls = calls_of(hosts.story(kind).root('after'), '--undo')
                self.fail_everywhere('undoing', kind, 'after', calls, '--undo')


if __name__ == '__main__':
    unittest.main()
