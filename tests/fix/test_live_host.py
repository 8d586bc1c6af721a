#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Without --root: only root may change the machine itself, and nobody else changes anything.

In a mount namespace a recorded host's files lie over this machine's, so that there is something to mend.
"""
import os
import unittest

from fixing import Fixing
from grub import NO_MKCONFIG
from harness import FAILED, NOBODY
from tree import STATE, differences

# What decides about iommu.cmdline.
LAID_OVER = ('sys', 'proc/cmdline', 'proc/cpuinfo', 'proc/interrupts', 'boot', 'etc/default')
MOUNTS = '''set -e; root=$1; shift
for path in %s; do mount --bind "$root/$path" "/$path"; done
exec "$@"''' % ' '.join(LAID_OVER)


@unittest.skipIf(NO_MKCONFIG, NO_MKCONFIG)
@unittest.skipUnless(NOBODY, 'only root can become nobody')
class AsNobody(Fixing):
    def setUp(self):
        self.root, _ = self.recorded_host('rtx3060-vtd-off-by-argument')
        self.before = self.tree(self.root)
        self.machine = self.traces()

    def traces(self):
        """Of gpucheck on this machine."""
        return [os.path.exists('/' + path) for path in (STATE, 'etc/default/grub.d/99-gpucheck.cfg',
                                                        'etc/modprobe.d/gpucheck.conf')]

    def wrapped(self, command):
        return ['unshare', '-m', 'sh', '-c', MOUNTS, 'sh', self.root.folder, *command]

    def assertNothingChanged(self):
        self.assertEqual(differences(self.before, self.tree(self.root)), {})
        self.assertEqual(self.traces(), self.machine)

    def test_fix(self):
        run = self.gpucheck('--fix', '--yes', 'iommu.cmdline', nobody=True)
        self.assertIn('99-gpucheck.cfg', run.stderr, 'there was nothing to mend')
        self.assertSays('only root may change this host', run)
        self.assertIn('nothing was changed', run.stderr)
        self.assertNothingChanged()

    def test_plan(self):
        """May be seen by all."""
        run = self.gpucheck('--fix', '--dry-run', 'iommu.cmdline', nobody=True)
        self.assertEqual((run.status, run.stderr), (FAILED, ''))
        self.assertIn('99-gpucheck.cfg', run.stdout)
        self.assertIn('Then these commands run:', run.stdout)
        self.assertNothingChanged()

    def test_undo(self):
        self.assertRefused('only root may change this host', '--undo', nobody=True)
        self.assertNothingChanged()


class WithRoot(Fixing):
    """Below --root the rights on its files are all that counts."""

    @unittest.skipUnless(NOBODY, 'only root can become nobody')
    def test_own_root(self):
        root, _ = self.recorded_host('rtx3060-vtd-off-by-argument')
        for place, folders, files in os.walk(root.folder):
            for path in [place, *(os.path.join(place, name) for name in folders + files)]:
                os.lchown(path, 65534, 65534)
        before = self.tree(root)
        run = self.fix(root, nobody=True)
        self.assertEqual(run.status, FAILED)
        self.assertEqual(self.records(root), ['1'])
        self.assertEqual(self.run_on(root, '--undo', nobody=True).status, 0)
        self.assertUnchanged(before, root, {'etc/default', 'etc/modprobe.d'})

    @unittest.skipUnless(NOBODY, 'only root can become nobody')
    def test_root_of_another(self):
        root, _ = self.recorded_host('rtx3060-vtd-off-by-argument')
        before = self.tree(root)
        run = self.fix(root, nobody=True)
        self.assertNotEqual(run.status, 0)
        self.assertIn('Permission denied', run.stderr)
        self.assertIn('nothing was changed', run.stderr)
        self.assertEqual(differences(before, self.tree(root)), {})


if __name__ == '__main__':
    unittest.main()
