#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The owner's files and folders as they are met: links stay links, and mode, owner, attributes and times come back."""
import os
import unittest

from fixing import Fixing, folders_above
from harness import FAILED, read
from shown import NOTHING
from tree import STATE, differences

PROXMOX = 'proxmox-systemd-boot-turns-it-off'  # its fix edits a file of the owner's
CMDLINE = 'etc/kernel/cmdline'
GRUB = 'rtx3060-vtd-off-by-argument'  # its fix makes two files
SNIPPETS, SNIPPET = 'etc/default/grub.d', 'etc/default/grub.d/99-gpucheck.cfg'
MODPROBE = 'etc/modprobe.d/gpucheck.conf'
ATTRIBUTE = 'user.gpucheck'


def has_attributes(path):
    try:
        os.setxattr(path, ATTRIBUTE, b'there?')
        os.removexattr(path, ATTRIBUTE)
        return True
    except OSError:
        return False


class OwnersFile(Fixing):
    """etc/kernel/cmdline, which is edited."""

    def setUp(self):
        self.root, _ = self.recorded_host(PROXMOX)
        self.old = read(self.root.at(CMDLINE))

    def mended(self, changed=CMDLINE):
        """The cycle, and what is seen between its ends: only this file is different, by content and time."""
        before = self.tree(self.root)
        plan = self.fixed(self.root)
        found = differences(before, self.tree(self.root), {os.path.dirname(changed)})
        self.assertEqual(found, {changed: 'changed content'})
        self.assertNotIn('iommu=off', read(self.root.at(changed)))
        self.assertEqual(list(plan.diffs), [changed], 'the plan names another file than it changes')
        self.undone(self.root)
        self.assertUndone(before, plan, self.root)

    def test_modes(self):
        for mode in (0o400, 0o444, 0o600, 0o640, 0o664, 0o755, 0o4755, 0o2750):
            with self.subTest(mode=oct(mode)):
                os.chmod(self.root.at(CMDLINE), mode)
                self.mended()

    @unittest.skipIf(os.geteuid(), 'only root gives files away')
    def test_owners(self):
        for owner in ((65534, 65534), (0, 4), (1234567, 7654321)):
            with self.subTest(owner=owner):
                os.chown(self.root.at(CMDLINE), *owner)
                os.chmod(self.root.at(CMDLINE), 0o4640)
                self.mended()

    def test_extended_attributes(self):
        if not has_attributes(self.root.at(CMDLINE)):
            self.skipTest('this file system has no user attributes')
        for name, value in (('user.note', b'mine'), ('user.empty', b''), ('user.binary', bytes(range(256)))):
            os.setxattr(self.root.at(CMDLINE), name, value)
        self.mended()

    def test_times(self):
        os.utime(self.root.at(CMDLINE), ns=(1, 123456789012345678))
        self.mended()

    def test_no_newline_at_the_end(self):
        self.root.write(CMDLINE, self.old.rstrip('\n'))
        self.mended()

    def test_links(self):
        """To the file: absolute ones begin at the root, and none of them leads out of it."""
        targets = {'/srv/kernel/line': 'srv/kernel/line', 'line': 'etc/kernel/line', '../../srv/line': 'srv/line',
                   '../../../../../../srv/line': 'srv/line'}
        for target, place in targets.items():
            with self.subTest(target=target):
                self.root, _ = self.recorded_host(PROXMOX)
                self.root.write(place, self.old)
                self.root.link(CMDLINE, target)
                before = self.tree(self.root)
                plan = self.fixed(self.root)
                self.assertEqual(os.readlink(self.root.at(CMDLINE)), target)
                self.assertEqual(differences(before, self.tree(self.root), {os.path.dirname(place)}),
                                 {place: 'changed content'})
                self.undone(self.root)
                self.assertUnchanged(before, self.root, {os.path.dirname(place)})
                self.assertEqual(len(plan.diffs), 1)

    def test_link_to_a_link(self):
        self.root.write('srv/line', self.old)
        self.root.link('srv/link', 'line')
        self.root.link(CMDLINE, '/srv/link')
        self.mended('srv/line')

    def test_folder_that_is_a_link(self):
        os.makedirs(self.root.at('srv'))
        os.rename(self.root.at('etc/kernel'), self.root.at('srv/kernel'))
        for target in ('/srv/kernel', '../srv/kernel', '../../../srv/kernel'):
            with self.subTest(target=target):
                self.root.link('etc/kernel', target)
                before = self.tree(self.root)
                self.fixed(self.root)
                self.assertEqual(differences(before, self.tree(self.root), {'srv/kernel'}),
                                 {'srv/kernel/cmdline': 'changed content'})
                self.undone(self.root)
                self.assertUnchanged(before, self.root, {'srv/kernel'})

    def test_who_reads_it_meanwhile_sees_the_old_one_whole(self):
        twin = self.root.at('etc/kernel/twin')
        os.link(self.root.at(CMDLINE), twin)
        with open(self.root.at(CMDLINE), encoding='utf-8') as f:
            self.fixed(self.root)
            self.assertEqual(f.read(), self.old)
        self.assertEqual(read(twin), self.old)

    def test_secrets_stay_secret(self):
        """The record holds originals: nobody else may look into it."""
        os.chmod(self.root.at(CMDLINE), 0o600)
        umask = os.umask(0)
        self.addCleanup(os.umask, umask)
        self.fixed(self.root)
        self.assertEqual(os.stat(self.root.at(STATE)).st_mode & 0o077, 0)
        for name in os.listdir(self.root.at(STATE + '/1')):
            self.assertEqual(os.stat(self.root.at(STATE + '/1/' + name)).st_mode & 0o077, 0, name)


class NewFiles(Fixing):
    """Files of gpucheck's own, and what may stand in their way."""

    def setUp(self):
        self.root, _ = self.recorded_host(GRUB)

    def test_no_folder_for_the_snippet(self):
        self.assertFalse(os.path.exists(self.root.at(SNIPPETS)))
        before = self.tree(self.root)
        plan = self.fixed(self.root)
        self.assertEqual(os.stat(self.root.at(SNIPPETS)).st_mode & 0o7777, 0o755)
        self.undone(self.root)
        self.assertUndone(before, plan, self.root)

    def test_modes_whatever_the_umask(self):
        for umask in (0, 0o077, 0o777):
            with self.subTest(umask=oct(umask)):
                self.root, _ = self.recorded_host(GRUB)
                old = os.umask(umask)
                try:
                    self.fixed(self.root)
                finally:
                    os.umask(old)
                modes = [os.stat(self.root.at(path)).st_mode & 0o7777 for path in (SNIPPETS, SNIPPET, MODPROBE)]
                self.assertEqual(modes, [0o755, 0o644, 0o644])

    def test_folder_that_is_a_link(self):
        for target, place in (('/srv/grub.d', 'srv/grub.d'), ('../../srv/grub.d', 'srv/grub.d')):
            with self.subTest(target=target):
                self.root, _ = self.recorded_host(GRUB)
                self.root.write(place + '/50-owner.cfg', '# mine\n')
                self.root.link(SNIPPETS, target)
                before = self.tree(self.root)
                plan = self.fixed(self.root)
                self.assertTrue(os.path.islink(self.root.at(SNIPPETS)))
                self.assertTrue(os.path.isfile(self.root.at(place + '/99-gpucheck.cfg')))
                self.undone(self.root)
                self.assertUnchanged(before, self.root, {place, *folders_above(plan.diffs)})

    def test_link_to_a_file_that_is_not_there(self):
        """Its file is made where the link leads, with the folders it needs, and all of them go again."""
        self.root.link(SNIPPET, '/srv/new/place/snippet.cfg')
        before = self.tree(self.root)
        plan = self.fixed(self.root)
        self.assertTrue(os.path.isfile(self.root.at('srv/new/place/snippet.cfg')))
        self.assertTrue(os.path.islink(self.root.at(SNIPPET)))
        self.undone(self.root)
        self.assertUndone(before, plan, self.root)

    def unusable(self, word, spared=()):
        """This file cannot be made: the plan says so, or nothing at all is changed and the error says so."""
        before = self.tree(self.root)
        run = self.fix(self.root, 'iommu')
        self.assertIn(word, run.stderr)
        self.assertUnchanged(before, self.root, spared)
        self.assertEqual(run.status, FAILED, run.stderr)
        return run

    def test_link_to_itself(self):
        self.root.loop(SNIPPET)
        self.unusable('/' + SNIPPET)

    def test_folder_in_its_place(self):
        os.makedirs(self.root.at(SNIPPET))
        self.unusable('/' + SNIPPET)

    def test_fifo_in_its_place(self):
        self.root.fifo(SNIPPET)
        self.unusable('/' + SNIPPET)

    def test_no_text_in_its_place(self):
        self.root.write(SNIPPET, b"gpucheck_words='intel_iommu=on'\n\0")
        self.unusable('/' + SNIPPET)

    def test_file_in_place_of_the_folder(self):
        self.root.write(SNIPPETS, 'no folder\n')
        self.unusable('/' + SNIPPETS)

    def test_link_to_a_folder_that_is_not_there(self):
        self.root.link(SNIPPETS, '/srv/nowhere')
        self.unusable('/' + SNIPPETS, {os.path.dirname(SNIPPETS)})

    def test_state_folder_elsewhere(self):
        """var is a file system of its own on many hosts, or a link."""
        os.makedirs(self.root.at('srv/var'))
        self.root.link('var', 'srv/var')
        before = self.tree(self.root)
        plan = self.fixed(self.root)
        self.assertTrue(os.path.isdir(self.root.at('srv/var/lib/gpucheck/1')))
        self.undone(self.root)
        changed = differences(before, self.tree(self.root), {'srv/var', *folders_above(plan.diffs)})
        self.assertEqual([path for path in changed if not path.startswith('srv/var/lib')], [])

    def test_file_in_place_of_the_state_folder(self):
        self.root.write(STATE, 'no folder\n')
        before = self.tree(self.root)
        run = self.fix(self.root)
        self.assertIn('nothing was changed', run.stderr)
        self.assertIn('/' + STATE, run.stderr)
        self.assertUnchanged(before, self.root)

    def test_state_folder_of_the_owners(self):
        """Something that is no record is left alone, and no number is used twice."""
        self.root.write(STATE + '/notes', 'mine\n')
        os.makedirs(self.root.at(STATE + '/7.new'))
        self.root.write(STATE + '/7.new/before.0', 'half of a record\n')
        self.fixed(self.root)
        self.assertEqual(self.records(self.root), ['1'])
        self.assertEqual(read(self.root.at(STATE + '/notes')), 'mine\n')

    def test_what_is_there_already(self):
        """The very same file by hand: nothing is left to change."""
        self.fixed(self.root)
        text = read(self.root.at(SNIPPET))
        again, _ = self.recorded_host(GRUB)
        again.write(SNIPPET, text)
        self.assertIn(NOTHING, self.plan(again, 'iommu').text)


if __name__ == '__main__':
    unittest.main()
