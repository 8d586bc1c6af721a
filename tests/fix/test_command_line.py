#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--fix and --undo on the command line: where the plan goes, exit statuses, what is refused, who is at work."""
import fcntl
import json
import os
import struct
import subprocess
import unittest

from fixing import Fixing
from harness import FAILED, NOT_MEASURED, PASSED, READY, REFUSED, environment, gpucheck, read
from tree import STATE, differences

GRUB = 'rtx3060-vtd-off-by-argument'
WARNS = 'xorg-without-busid'


class WithoutTerminal(Fixing):
    """Nobody can be asked."""

    def test_plan_is_shown_and_nothing_changes(self):
        root, _ = self.recorded_host(GRUB)
        before = self.tree(root)
        run = self.run_on(root, '--fix')
        self.assertEqual((run.status, run.stdout), (REFUSED, self.plan(root).text))
        self.assertIn('nothing was changed', run.stderr)
        self.assertIn('--yes', run.stderr)
        self.assertEqual(differences(before, self.tree(root)), {})
        self.assertNotIn(STATE, self.tree(root))

    def test_nothing_to_mend(self):
        """Then it is as a run of the checks."""
        root, _ = self.recorded_host(READY)
        self.assertEqual(self.run_on(root, '--fix')[:2], self.run_on(root)[:2])

    def test_dry_run_has_the_status_of_the_checks(self):
        hosts = {READY: PASSED, GRUB: FAILED, 'cmdline-and-interrupts-unreadable': NOT_MEASURED,
                 'no-gpu-at-all': REFUSED, WARNS: PASSED}
        for host, status in hosts.items():
            with self.subTest(host=host):
                root, _ = self.recorded_host(host)
                self.assertEqual(self.run_on(root, '--fix', '--dry-run').status, status)
        root, _ = self.recorded_host(WARNS)
        self.assertEqual(self.run_on(root, '--fix', '--dry-run', '--strict').status, FAILED)

    def test_what_only_warns_is_mended_too(self):
        root, _ = self.recorded_host(WARNS)
        self.assertEqual(self.fix(root).status, PASSED)
        self.assertEqual(self.records(root), ['1'])

    def test_report_after_the_fix(self):
        """Standard output has the report of how it is now, in the format that was asked for."""
        root, _ = self.recorded_host(WARNS)
        run = self.fix(root, '--format', 'json')
        found = {one['id']: one['verdict'] for one in json.loads(run.stdout)['checks']}
        self.assertEqual((run.status, found['display.primary']), (PASSED, 'pass'))
        root, _ = self.recorded_host(GRUB)
        self.assertTrue(self.fix(root).stdout.startswith('TAP version 13\n'))


class OutputFile(Fixing):
    def setUp(self):
        self.root, _ = self.recorded_host(GRUB)
        self.file = os.path.join(self.folder(), 'report')

    def test_dry_run(self):
        shown = self.plan(self.root).text
        run = self.run_on(self.root, '--fix', '--dry-run', '-o', self.file)
        self.assertEqual((run.status, run.stdout, read(self.file)), (FAILED, '', shown))

    def test_without_terminal(self):
        shown = self.plan(self.root).text
        run = self.run_on(self.root, '--fix', '-o', self.file)
        self.assertEqual((run.status, run.stdout, read(self.file)), (REFUSED, '', shown))

    def test_report(self):
        run = self.fix(self.root, '-o', self.file, '-f', 'json')
        self.assertEqual((run.status, run.stdout), (FAILED, ''))
        self.assertIn('checks', json.loads(read(self.file)))

    def test_undo(self):
        self.fixed(self.root)
        for arguments in (('--undo', 'list'), ('--undo', '--dry-run')):
            shown = self.run_on(self.root, *arguments)
            run = self.run_on(self.root, *arguments, '-o', self.file)
            self.assertEqual((run.status, run.stdout, read(self.file)), (PASSED, '', shown.stdout))
        self.assertEqual(self.state(self.root, '1'), 'applied')

    def test_place_that_cannot_be_written(self):
        before = self.tree(self.root)
        nowhere = os.path.join(self.file, 'report')
        for arguments in (('--fix', '--dry-run'), ('--fix',)):
            run = self.run_on(self.root, *arguments, '-o', nowhere)
            self.assertEqual((run.status, run.stdout), (REFUSED, ''))
            self.assertIn(nowhere, run.stderr)
        self.assertEqual(differences(before, self.tree(self.root)), {})


class Refused(Fixing):
    """What was meant and makes no sense is not passed over."""

    WRONG = {
        ('--yes',): '--yes goes with --fix',
        ('-y', 'iommu'): '--yes goes with --fix',
        ('--dry-run',): '--dry-run goes with',
        ('-n', '--list'): '--dry-run goes with',
        ('--allow-disruption',): '--allow-disruption goes with --fix',
        ('--allow-disruption', '--undo'): '--allow-disruption goes with --fix',
        ('--undo', 'x'): '--undo x: not the number of a plan',
        ('--undo', '0'): '--undo 0: not the number of a plan',
        ('--undo', '-1'): 'unknown option -1',
        ('--undo', '--', '-1'): '--undo -1: not the number of a plan',
        ('--undo', '1x'): '--undo 1x: not the number of a plan',
        ('--undo', '+1'): '--undo +1: not the number of a plan',
        ('--undo', ''): '--undo : not the number of a plan',
        ('--undo', '4294967297'): '--undo 4294967297: not the number of a plan',
        ('--undo', '1', '2'): '--undo takes one plan',
        ('--undo', 'list', '1'): '--undo takes one plan',
        ('--undo', '7'): 'there is no plan 7',
        ('--undo',): 'no applied plan is left',
        ('--fix', '--yes', 'iommu.nonsense'): 'iommu.nonsense',
        ('--fix', '--yes', '--format', 'nonsense'): 'nonsense',
        ('--fix', '--yes', '--gpu', '0000:99:00.0'): '0000:99:00.0',
    }

    def test_wrong(self):
        root, _ = self.recorded_host(GRUB)
        before = self.tree(root)
        for arguments, word in self.WRONG.items():
            with self.subTest(arguments=arguments):
                self.assertRefused(word, '--root', root.folder, *arguments)
                self.assertEqual(differences(before, self.tree(root)), {})

    def test_wrong_with_a_plan_there(self):
        root, _ = self.recorded_host(GRUB)
        self.fixed(root)
        self.assertRefused('there is no plan 7', '--root', root.folder, '--undo', '7')
        self.assertRefused('--undo x', '--root', root.folder, '--undo', 'x')
        self.assertEqual(self.state(root, '1'), 'applied')

    def test_root_that_is_not_there(self):
        for mode in (('--fix', '--yes'), ('--undo',), ('--undo', 'list')):
            self.assertRefused('--root', '--root', os.path.join(self.folder(), 'nowhere'), *mode)


class AtWork(Fixing):
    """One gpucheck changes a host at a time."""

    def setUp(self):
        self.root, _ = self.recorded_host(GRUB)
        os.makedirs(self.root.at(STATE), mode=0o700)
        self.lock = open(self.root.at(STATE + '/lock'), 'w', encoding='utf-8')
        self.addCleanup(self.lock.close)

    def take_lock(self, text='4242\n'):
        """As a process that works: by a lock of the open file (struct flock of fcntl(2), the whole of it)."""
        fcntl.fcntl(self.lock, fcntl.F_OFD_SETLK, struct.pack('hhqqi4x', fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        self.lock.write(text)
        self.lock.flush()

    def test_fix(self):
        self.take_lock()
        before = self.tree(self.root)
        run = self.fix(self.root)
        self.assertSays('another gpucheck (process 4242)', run)
        self.assertIn('nothing was changed', run.stderr)
        self.assertEqual(differences(before, self.tree(self.root)), {})
        self.assertEqual(self.records(self.root), [])

    def test_undo(self):
        self.fixed(self.root)
        self.lock.truncate(0)
        self.take_lock()
        before = self.tree(self.root)
        self.assertSays('another gpucheck (process 4242)', self.run_on(self.root, '--undo'))
        self.assertEqual(differences(before, self.tree(self.root)), {})
        self.assertEqual(self.state(self.root, '1'), 'applied')

    def test_nobody_knows_who(self):
        self.take_lock('')
        self.assertSays('another gpucheck (process unknown)', self.fix(self.root))

    def test_looking_is_allowed(self):
        self.take_lock()
        self.assertEqual(self.run_on(self.root, '--fix', '--dry-run').status, FAILED)
        self.assertEqual(self.run_on(self.root).status, FAILED)
        self.assertEqual(self.run_on(self.root, '--undo', 'list').status, PASSED)

    def test_what_is_at_work_is_not_called_interrupted(self):
        self.fixed(self.root)
        self.root.write(STATE + '/1/state', 'applying\n')
        self.assertIn('was interrupted', self.run_on(self.root).stderr)
        self.take_lock()
        self.assertNotIn('interrupted', self.run_on(self.root).stderr)

    def test_lock_of_one_that_ended(self):
        self.take_lock()
        self.lock.close()
        self.fixed(self.root)

    def test_two_at_once(self):
        """Of many at once one applies the plan; the others wait for nothing and change nothing."""
        before = self.tree(self.root)
        command = [gpucheck(), '--root', self.root.folder, '--fix', '--yes']
        runs = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                 env=environment()) for _ in range(8)]
        said = [run.communicate(timeout=60)[1].decode() for run in runs]
        self.assertEqual(self.records(self.root), ['1'], said)
        self.assertEqual(sum('is applied' in one for one in said), 1)
        self.undone(self.root)
        self.assertUnchanged(before, self.root, {'etc/default', 'etc/modprobe.d'})


if __name__ == '__main__':
    unittest.main()
