#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What --fix and --undo promise, on every recorded host."""
import unittest

from fixing import Fixing, folders_above, on_every_host
from harness import REFUSED, Report
from shown import NOTHING, patched
from tree import STATE, differences

WRONG = ('fail', 'warn')


def text_of(tree, path):
    return (tree[path].content if path in tree else b'').decode()


@on_every_host
class EveryHost(Fixing):
    def on_dry_run(self, host):
        """Nothing changes, not even a state folder is made; the exit status is that of the checks."""
        root, arguments = self.recorded_host(host)
        before, checked = self.tree(root), self.run_on(root, *arguments)
        run = self.run_on(root, '--fix', '--dry-run', *arguments)
        self.assertEqual(run.status, checked.status)
        after = self.tree(root)
        self.assertEqual(differences(before, after), {})
        self.assertEqual(before.keys(), after.keys())

    def on_fix_and_undo(self, host):
        """The files change as the diff says and in no other way, once; --undo makes all as before, once."""
        root, arguments = self.recorded_host(host)
        before, planned = self.tree(root), self.plan(root, *arguments)
        run = self.fix(root, *arguments)
        after = self.tree(root)
        self.assertChanged(planned.diffs, before, after)
        if not planned.diffs:
            self.assertEqual(before.keys(), after.keys(), 'nothing to change, and yet something was written')
            self.assertRefused('no applied plan', '--root', root.folder, '--undo')
            return
        self.assertTrue(run.stderr.startswith(planned.text), 'not the plan of --dry-run: ' + run.stderr)
        again = self.fix(root, *arguments)
        self.assertEqual(self.records(root), ['1'], again.stderr)
        self.assertUnchanged(after, root)
        self.undone(root)
        self.assertUndone(before, planned, root)
        self.assertRefused('no applied plan', '--root', root.folder, '--undo')
        self.assertRefused('taken back already', '--root', root.folder, '--undo', '1')
        self.assertUndone(before, planned, root)

    def assertChanged(self, diffs, before, after):
        """The files of the diffs, the folders they need, and nothing else."""
        changed = differences(before, after, folders_above(diffs))
        folders = {path for path in folders_above(diffs) if path not in before}
        self.assertEqual(changed.keys(), diffs.keys() | folders)
        for path, hunks in diffs.items():
            self.assertEqual(text_of(after, path), patched(text_of(before, path), hunks))
            if path in before:
                self.assertEqual(changed[path].replace(' ', ''), 'changedcontent')

    def on_kinds_of_fix(self, host):
        """What the report calls automatic is in the plan in words; what it calls manual changes no file."""
        root, arguments = self.recorded_host(host)
        run = self.run_on(root, '-f', 'json', *arguments)
        if not run.stdout:
            self.assertEqual(run.status, REFUSED)
            return
        findings = [one for one in Report(run).checks if one['verdict'] in WRONG and one['fix']]
        plan = self.plan(root, *arguments)
        for one in findings:
            if one['fix']['kind'] == 'automatic':
                self.assertTrue(plan.about(one['id']), '%s: %s' % (one['id'], plan.text))
        automatic = {one['id'] for one in findings if one['fix']['kind'] == 'automatic'}
        before = self.tree(root)
        for check in sorted({one['id'] for one in findings} - automatic):
            with self.subTest(check=check):
                self.assertIn(NOTHING, self.plan(root, *arguments, check).text)
                self.fix(root, *arguments, check)
                self.assertEqual(differences(before, self.tree(root)), {})
                self.assertNotIn(STATE, self.tree(root))


class Covered(unittest.TestCase):
    """The hosts would show little if none of them could be mended."""

    def test_there_are_hosts(self):
        tests = [name for name in dir(EveryHost) if name.startswith('test_fix_and_undo_')]
        self.assertGreaterEqual(len(tests), 53)


if __name__ == '__main__':
    unittest.main()
