# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of faults share: many points side by side, and what must hold after each."""
import concurrent.futures
import os
import re
import threading
import unittest

import hosts
import trace
from harness import FAILED, PASSED, REFUSED

FULL = bool(os.environ.get('GPUCHECK_FAULTS_FULL'))
WORKERS = len(os.sched_getaffinity(0)) + 2  # each waits a little for what it started
SHOWN = 5  # of the points that failed, with their troubles
INTERRUPTED = 'plan %d was interrupted while %s: gpucheck --undo takes it back'


def sentences(run):
    return [line for line in run.stderr.splitlines() if line.startswith('gpucheck: ')]


def said(run):
    """A run for a message: how it ended, and its own sentences."""
    return 'status %d: %s' % (run.status, ' | '.join(sentences(run)))


def every(step, points):
    """All of them in the full mode, else every step-th."""
    return points if FULL else points[::step]


class Aftermath:
    """What must hold once a process was killed. What was looked at before in the same state is not looked at again."""

    def __init__(self, story):
        self.story = story
        self.seen, self.lock = set(), threading.Lock()
        self.states = 0  # different ones

    def is_new(self, *state):
        key = repr([sorted(one.items()) for one in state])
        with self.lock:
            new = key not in self.seen
            self.seen.add(key)
        return new or FULL

    def without_new_times(self, tree):
        """Only of what is as before the time of change is the same in every run."""
        return {path: one if one == self.story.before.get(path) else one[:-1] for path, one in tree.items()}

    def check_files(self, root):
        """Each file and folder is as before or as after, whole; only the record's temporary names are besides."""
        before, after = self.story.before, self.story.after
        cut = hosts.interrupted(root)
        tree = hosts.tree_of(root)
        temporary = {'%s/.%s.gpucheck-%d' % (*os.path.split(path), self.story.plan) for path in self.story.files}
        lost = set(before) - set(tree)
        assert not lost, 'gone: %s' % sorted(lost)
        for path, one in tree.items():
            if one == before.get(path) or one[:-1] == after.get(path, ())[:-1]:
                continue
            assert path in temporary and cut, '%s is neither old nor new: %r' % (path, one)
        if not cut and hosts.states_of(root).get(self.story.plan) != 'applied':
            self.check_before(tree)
        return tree

    def check_before(self, tree):
        different = hosts.differences(tree, self.story.before)
        assert not different, 'not as before: %s' % different

    def check_after(self, tree):
        different = hosts.differences(hosts.timeless(tree), hosts.timeless(self.story.after))
        assert not different, 'not as planned: %s' % different

    def check_next_run(self, root, cut):
        """Every run says that a plan was interrupted, and only then; and changes nothing."""
        sentence = INTERRUPTED % (cut[0], hosts.states_of(root)[cut[0]]) if cut else None
        run = self.story.run(root, 'host.kvm')
        assert run.status == PASSED, said(run)
        assert (sentence in run.stderr) if cut else 'interrupted' not in run.stderr, said(run)
        return sentence

    def check_refusal(self, root, tree, sentence):
        """--fix refuses while there is an interrupted plan, unless all that it would do is done."""
        run = self.story.run(root, '--fix', '--yes')
        assert sentence in run.stderr and 'is applied' not in run.stderr, said(run)
        if set(self.story.changed) <= set(tree) and all(tree[path][:-1] == self.story.after[path][:-1]
                                                        for path in self.story.changed):
            return
        assert run.status == REFUSED, said(run)
        assert 'gpucheck: nothing was changed: ' + sentence in run.stderr, said(run)

    def check_undo(self, root, cut):
        """--undo takes the plan back, or says that there is none."""
        plan, state = self.story.plan, hosts.states_of(root).get(self.story.plan)
        run = self.story.run(root, '--undo', *(() if cut or state == 'applied' else (str(plan),)))
        if cut or state == 'applied':
            assert run.status == PASSED and 'plan %d is taken back\n' % plan in run.stderr, said(run)
            assert hosts.states_of(root)[plan] == 'undone'
        else:
            assert run.status == REFUSED, said(run)
            assert ('there is no plan %d' % plan if state is None else 'taken back already') in run.stderr, said(run)
        self.check_before(hosts.tree_of(root))

    def check_fix(self, root):
        """And then everything works as if nothing had been."""
        plan = max([0, *hosts.states_of(root)]) + 1
        run = self.story.run(root, '--fix', '--yes')
        assert 'plan %d is applied' % plan in run.stderr and 'interrupted' not in run.stderr, said(run)
        self.check_after(hosts.tree_of(root))
        left = [name for name in hosts.records_of(root) if name.endswith('.new')]
        assert not left, 'left in the state folder: %s' % left

    def check(self, root):
        tree = self.check_files(root)
        records = hosts.records_of(root)
        if not self.is_new(self.without_new_times(tree), records):
            return
        self.states += 1
        cut = hosts.interrupted(root)
        sentence = self.check_next_run(root, cut)
        if cut:
            self.check_refusal(root, tree, sentence)
        different = hosts.differences({**hosts.tree_of(root), **hosts.records_of(root)}, {**tree, **records})
        assert not different, 'changed by who may not: %s' % different
        self.check_undo(root, cut)
        self.check_next_run(root, [])
        # Everything but the records is as before now.
        if self.is_new({}, hosts.records_of(root)):
            self.check_fix(root)


@unittest.skipIf(trace.NO_STRACE, trace.NO_STRACE)
class Faults(unittest.TestCase):
    """A test that does one thing at many points."""

    def at_each(self, points, work):
        """work(point) for all points, side by side; what each returned."""
        results, trouble = [], []
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            futures = {pool.submit(work, point): point for point in points}
            for future in concurrent.futures.as_completed(futures):
                try:
                    results.append(future.result())
                except (AssertionError, OSError, KeyError) as e:
                    trouble.append('%s: %s: %s' % (futures[future], type(e).__name__, str(e)[:1500]))
        if trouble:
            self.fail('%d of %d points fail:\n%s' % (len(trouble), len(points), '\n'.join(sorted(trouble)[:SHOWN])))
        return results

    @staticmethod
    def tell(text):
        print(text, flush=True)
