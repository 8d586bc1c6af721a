# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of --fix share: hosts to mend, runs, and the comparison of a host before and after."""
import hashlib
import os
import subprocess
import tempfile

from harness import FIXTURES, PASSED, REFUSED, Root, arguments_of, built_root, kept_roots
from machines import VirtualMachines
from shown import Plan
from tree import STATE, differences, parents, snapshot

HOSTS = sorted(name for name in os.listdir(FIXTURES)
               if any(os.path.exists(os.path.join(FIXTURES, name, one)) for one in ('host', 'root')))


def on_every_host(cls):
    """Each method on_NAME(self, host) becomes a test for every recorded host."""
    for method, function in list(vars(cls).items()):
        if not method.startswith('on_'):
            continue
        for host in HOSTS:
            setattr(cls, 'test_%s_%s' % (method[3:], host),
                    lambda self, function=function, host=host: function(self, host))
    return cls


def described(text):
    """The root of a description (fixtures/mkroot.py), built once. It is shared: copy it before changing it."""
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    root = os.path.join(kept_roots(), name)
    if os.path.isdir(root):
        return root
    with tempfile.TemporaryDirectory(dir=kept_roots()) as folder:
        place = os.path.join(folder, 'described')
        os.mkdir(place)
        with open(os.path.join(place, 'host'), 'w', encoding='utf-8') as f:
            f.write(text)
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), place, os.path.join(folder, 'root')], check=True)
        try:
            os.rename(os.path.join(folder, 'root'), root)
        except OSError:  # another process was faster
            pass
    return root


class Fixing(VirtualMachines):
    """A test that mends a host below a folder of its own, and takes that back."""

    def copied(self, root):
        """A whole copy of a built root, metadata and all."""
        folder = os.path.join(self.folder(), 'root')
        subprocess.run(['cp', '-a', root, folder], check=True)
        return Root(folder)

    def recorded_host(self, name):
        """A copy of a recorded host, and what gpucheck is given for it."""
        return self.copied(built_root(name)), arguments_of(name)

    def run_on(self, root, *arguments, **how):
        return self.gpucheck('--root', root.folder, *arguments, **how)

    def plan(self, root, *arguments):
        """What --dry-run shows; it changes nothing."""
        return Plan(self.run_on(root, '--fix', '--dry-run', *arguments).stdout)

    def fix(self, root, *arguments, **how):
        return self.run_on(root, '--fix', '--yes', *arguments, **how)

    def fixed(self, root, *arguments):
        """--fix --yes, which must apply one plan; the plan as it was shown."""
        before = self.records(root)
        run = self.fix(root, *arguments)
        self.assertEqual(len(self.records(root)), len(before) + 1, run.stderr)
        self.assertIn('is applied', run.stderr)
        return Plan(run.stderr)

    def undone(self, root, *arguments):
        """--undo, which must take everything of a plan back."""
        run = self.run_on(root, '--undo', *arguments)
        self.assertEqual(run.status, PASSED, run.stderr)
        return run

    def records(self, root):
        """Names of the recorded plans."""
        folder = root.at(STATE)
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return sorted(filter(str.isdigit, names), key=int)

    def state(self, root, record):
        with open(os.path.join(root.at(STATE), record, 'state'), encoding='utf-8') as f:
            return f.read().strip()

    def tree(self, root):
        return snapshot(root.folder)

    def assertUnchanged(self, before, root, touched=()):
        self.assertEqual(differences(before, self.tree(root), touched), {})

    def assertUndone(self, before, plan, root):
        """All is as before the plan; folders in which it changed a file may have another time."""
        self.assertUnchanged(before, root, folders_above(plan.diffs))

    def assertSays(self, word, run, status=REFUSED):
        self.assertEqual(run.status, status, run.stderr)
        self.assertIn(word, run.stderr)

    def cycle(self, root, *arguments):
        """Mend it, nothing is left to mend, take it back: all is as before. The plan."""
        before = self.tree(root)
        plan = self.fixed(root, *arguments)
        records = self.records(root)
        self.fix(root, *arguments)
        self.assertEqual(self.records(root), records, 'the second run has a plan too')
        self.undone(root)
        self.assertUndone(before, plan, root)
        return plan


def folders_above(paths):
    """All folders on the way to the paths."""
    found = set()
    while paths:
        paths = parents(paths) - {''}
        found |= paths
    return found
