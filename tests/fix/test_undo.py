#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--undo when somebody changed something since, and with several plans."""
import os
import unittest

from fixing import Fixing
from harness import FAILED, PASSED, READY, REFUSED, read
from tree import STATE, differences

GRUB = 'rtx3060-vtd-off-by-argument'
BUILT_IN = 'ubuntu-vfio-built-in-unbound'
SNIPPETS, SNIPPET = 'etc/default/grub.d', 'etc/default/grub.d/99-gpucheck.cfg'
MODPROBE = 'etc/modprobe.d/gpucheck.conf'
CMDLINE = 'etc/kernel/cmdline'
OWNERS = '# the owner was here\n'


class ChangedSince(Fixing):
    """A file that somebody changed stays, is named, and keeps nothing else from being taken back."""

    def setUp(self):
        self.root, _ = self.recorded_host(GRUB)
        self.before = self.tree(self.root)
        self.plan = self.fixed(self.root)

    def left(self, *paths):
        """--undo leaves these as they are now, names them, and takes back all others."""
        now = self.tree(self.root)
        run = self.run_on(self.root, '--undo')
        self.assertEqual(run.status, FAILED, run.stderr)
        after = self.tree(self.root)
        for path in paths:
            self.assertIn('/' + path, run.stderr)
            self.assertEqual(after.get(path), now.get(path))
        for path in self.plan.diffs.keys() - set(paths):
            self.assertNotIn(path, after)
        return run

    def test_edited(self):
        self.root.write(MODPROBE, read(self.root.at(MODPROBE)) + OWNERS)
        run = self.left(MODPROBE)
        self.assertIn('changed since', run.stderr)
        self.assertNotIn('1 is taken back\n', run.stderr)

    def test_edited_before_the_undo_is_shown(self):
        self.root.write(MODPROBE, OWNERS)
        run = self.run_on(self.root, '--undo', '--dry-run')
        self.assertEqual(run.status, PASSED)
        self.assertIn('/%s was changed since, and would stay' % MODPROBE, run.stdout)
        self.assertIn('--- /' + SNIPPET, run.stdout)

    def test_all_edited(self):
        for path in self.plan.diffs:
            self.root.write(path, OWNERS)
        self.left(*self.plan.diffs)

    def test_edited_and_put_back(self):
        text = read(self.root.at(MODPROBE))
        self.root.write(MODPROBE, OWNERS)
        self.left(MODPROBE)
        self.root.write(MODPROBE, text)
        self.undone(self.root)
        self.assertUndone(self.before, self.plan, self.root)

    def test_removed_by_hand(self):
        os.unlink(self.root.at(MODPROBE))
        self.undone(self.root)
        self.assertUndone(self.before, self.plan, self.root)

    def test_a_link_in_its_place(self):
        """To another file: that one is the owner's."""
        os.rename(self.root.at(MODPROBE), self.root.at('etc/modprobe.d/moved'))
        self.root.write('etc/modprobe.d/moved', OWNERS)
        self.root.link(MODPROBE, 'moved')
        self.left(MODPROBE)

    def test_something_in_a_folder_of_the_plan(self):
        self.root.write(SNIPPETS + '/50-owner.cfg', OWNERS)
        self.undone(self.root)
        found = differences(self.before, self.tree(self.root), {'etc/default', 'etc/modprobe.d'})
        self.assertEqual(found, {SNIPPETS: 'new', SNIPPETS + '/50-owner.cfg': 'new'})

    def test_the_original_is_gone(self):
        os.unlink(self.root.at(STATE + '/1/after.0'))
        run = self.run_on(self.root, '--undo')
        self.assertEqual(run.status, FAILED)
        self.assertIn('/%s/1' % STATE, run.stderr)
        self.assertIn('is not taken back', run.stderr)

    def test_record_that_is_no_json(self):
        self.root.write(STATE + '/1/record.json', '{"time": ')
        self.assertRefused('the record of plan 1', '--root', self.root.folder, '--undo')
        self.assertRefused('the record of plan 1', '--root', self.root.folder, '--undo', 'list')

    def test_state_that_nobody_can_tell(self):
        """Then it was cut short, and what is back already comes back once more."""
        self.root.write(STATE + '/1/state', 'perhaps\n')
        self.assertIn('plan 1 was interrupted', self.run_on(self.root).stderr)
        self.undone(self.root)
        self.assertUndone(self.before, self.plan, self.root)

    def test_paths_of_a_record_stay_below_the_root(self):
        """A record is the host's: what somebody wrote into it leads nowhere else."""
        outside = os.path.join(os.path.dirname(self.root.folder), 'outside')
        with open(outside, 'w', encoding='utf-8') as f:
            f.write(read(self.root.at(SNIPPET)))
        record = read(self.root.at(STATE + '/1/record.json'))
        self.root.write(STATE + '/1/record.json', record.replace(SNIPPET, '../outside'))
        self.run_on(self.root, '--undo')
        self.assertTrue(os.path.exists(outside))


class EditedOriginal(Fixing):
    """A file of the owner's, changed again after the plan."""

    def test_edited(self):
        root, _ = self.recorded_host('proxmox-systemd-boot-turns-it-off')
        old = read(root.at(CMDLINE))
        self.fixed(root)
        root.write(CMDLINE, 'root=/dev/sda1\n')
        run = self.run_on(root, '--undo')
        self.assertEqual(run.status, FAILED)
        self.assertEqual(read(root.at(CMDLINE)), 'root=/dev/sda1\n')
        self.assertIn('/%s/1/before.0' % STATE, run.stderr)
        self.assertEqual(read(root.at(STATE + '/1/before.0')), old, 'the original is not where the sentence says')

    def test_mode_changed_since(self):
        """The text is the plan's still: the original comes back whole, its mode too."""
        root, _ = self.recorded_host('proxmox-systemd-boot-turns-it-off')
        before = self.tree(root)
        self.fixed(root)
        os.chmod(root.at(CMDLINE), 0o600)
        self.undone(root)
        self.assertUnchanged(before, root, {'etc/kernel'})


class TwoPlans(Fixing):
    """By check: first the kernel's arguments, then the binding."""

    def two(self, host):
        root, _ = self.recorded_host(host)
        trees = [self.tree(root)]
        for check in ('iommu.cmdline', 'driver.vfio'):
            self.fixed(root, check)
            trees.append(self.tree(root))
        return root, trees

    def assertLike(self, tree, root):
        self.assertUnchanged(tree, root, {'etc', 'etc/default', SNIPPETS, 'etc/modprobe.d'})

    def test_a_plan_is_for_the_checks_that_were_named(self):
        root, _ = self.recorded_host(GRUB)
        self.assertEqual(list(self.plan(root, 'iommu.cmdline').diffs), [SNIPPET])
        self.assertEqual(list(self.plan(root, 'driver.vfio').diffs), [MODPROBE])

    def test_last_first(self):
        root, trees = self.two(GRUB)
        self.undone(root)
        self.assertLike(trees[1], root)
        self.undone(root)
        self.assertLike(trees[0], root)
        self.assertEqual([self.state(root, one) for one in self.records(root)], ['undone', 'undone'])

    def test_first_first(self):
        root, trees = self.two(GRUB)
        self.undone(root, '1')
        self.assertFalse(os.path.exists(root.at(SNIPPETS)))
        self.assertTrue(os.path.exists(root.at(MODPROBE)))
        self.undone(root)
        self.assertLike(trees[0], root)
        self.assertRefused('no applied plan', '--root', root.folder, '--undo')

    def test_by_number(self):
        root, trees = self.two(GRUB)
        self.undone(root, '2')
        self.assertLike(trees[1], root)
        self.assertRefused('taken back already', '--root', root.folder, '--undo', '2')
        self.undone(root)
        self.assertLike(trees[0], root)

    def test_mended_again_after_an_undo(self):
        root, trees = self.two(GRUB)
        self.undone(root)
        self.fixed(root)
        self.assertEqual(self.records(root), ['1', '2', '3'])
        self.undone(root)
        self.assertLike(trees[1], root)

    def same_file(self):
        """Both plans change the snippet: vfio-pci is built in, so that its ids are a kernel argument."""
        root, _ = self.recorded_host(BUILT_IN)
        for path in ('proc/cmdline', 'boot/grub/grub.cfg'):
            root.write(path, read(root.at(path)).replace('intel_iommu=on', 'intel_iommu=off'))
        trees = [self.tree(root)]
        for check in ('iommu.cmdline', 'driver.vfio'):
            self.assertEqual(list(self.fixed(root, check).diffs), [SNIPPET])
            trees.append(self.tree(root))
        return root, trees

    def test_same_file_in_order(self):
        root, trees = self.same_file()
        for tree in (trees[1], trees[0]):
            self.undone(root)
            self.assertLike(tree, root)

    def test_first_of_two_with_the_same_file(self):
        """Not over the head of the second one; once that is gone, it goes as ever."""
        root, trees = self.same_file()
        run = self.run_on(root, '--undo', '1')
        self.assertEqual(run.status, FAILED)
        self.assertIn('/%s was changed since' % SNIPPET, run.stderr)
        self.assertLike(trees[2], root)
        self.undone(root, '2')
        self.assertLike(trees[1], root)
        self.undone(root, '1')
        self.assertLike(trees[0], root)


class Listed(Fixing):
    def listed(self, root):
        run = self.run_on(root, '--undo', 'list')
        self.assertEqual((run.status, run.stderr), (PASSED, ''))
        return run.stdout.splitlines()

    def test_none(self):
        root, _ = self.recorded_host(READY)
        before = self.tree(root)
        self.assertEqual(self.listed(root), ['no plan was ever applied here'])
        self.assertEqual(before.keys(), self.tree(root).keys())

    def test_states_and_steps(self):
        root, _ = self.recorded_host(GRUB)
        self.fixed(root, 'iommu.cmdline')
        self.fixed(root, 'driver.vfio')
        self.undone(root, '1')
        first, second = self.listed(root)
        self.assertRegex(first, r'^ *1  \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  undone    iommu\.cmdline: ')
        self.assertRegex(second, r'^ *2  \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ  applied   driver\.vfio: ')

    def test_order_beyond_nine(self):
        root, _ = self.recorded_host(GRUB)
        for _ in range(11):
            self.fixed(root, 'driver.vfio')
            self.undone(root)
        self.assertEqual([int(line.split()[0]) for line in self.listed(root)], list(range(1, 12)))

    def test_interrupted(self):
        """As a power cut leaves it: every run says so, --fix refuses, and --undo means that one."""
        root, _ = self.recorded_host(GRUB)
        before = self.tree(root)
        self.fixed(root, 'iommu.cmdline')
        plan = self.fixed(root, 'driver.vfio')
        root.write(STATE + '/1/state', 'applying\n')
        self.assertIn('(interrupted)', self.listed(root)[0])
        self.assertIn('plan 1 was interrupted', self.run_on(root).stderr)
        self.undone(root)
        self.assertEqual([self.state(root, one) for one in self.records(root)], ['undone', 'applied'])
        root.write(STATE + '/2/state', 'undoing\n')
        self.assertSays('plan 2 was interrupted', self.fix(root), REFUSED)
        self.undone(root)
        self.assertUnchanged(before, root, {'etc/default', 'etc/modprobe.d', *plan.diffs})


if __name__ == '__main__':
    unittest.main()
