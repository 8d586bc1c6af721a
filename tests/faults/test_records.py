#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records that someone or something has damaged: said, refused, never taken for done."""
import os
import shutil
import unittest

import hosts
from faults import Faults, INTERRUPTED, said, sentences
from harness import FAILED, PASSED, REFUSED

DAMAGES = {
    'missing': None,
    'empty': b'',
    'garbage': b'\xff{"}\n',
    'with a NUL byte': b'applied\0\n',
}


def damage(root, name, content):
    place = os.path.join(root, hosts.STATE, '1', name)
    os.unlink(place)
    if content is not None:
        with open(place, 'wb') as f:
            f.write(content)


class Damaged(Faults):
    def at_each_damage(self, name, test, state='applied'):
        """test(story, root) with this file of a plan's record damaged in every way."""
        story = hosts.story('desktop')
        for how, content in DAMAGES.items():
            root = story.root('after')
            with open(os.path.join(root, hosts.STATE, '1/state'), 'w', encoding='ascii') as f:
                f.write(state + '\n')
            damage(root, name, content)
            with self.subTest(name=name, how=how, state=state):
                test(story, root)

    def refused(self, run, *words):
        self.assertIn(run.status, (FAILED, REFUSED))
        for word in words:
            self.assertTrue(any(word in line for line in sentences(run)), said(run))

    def was_interrupted(self, story, root):
        tree, sentence = hosts.tree_of(root), INTERRUPTED % (1, 'applying')
        for arguments in ((), ('--fix', '--yes'), ('--fix', '--dry-run')):
            run = story.run(root, *arguments)
            self.assertIn(sentence, run.stderr)
            self.assertEqual(hosts.tree_of(root), tree)
        run = story.run(root, '--undo')
        self.assertEqual(run.status, PASSED, said(run))
        self.assertEqual(hosts.tree_of(root), story.before)
        self.assertNotIn('interrupted', story.run(root, 'host.kvm').stderr)

    def test_state_that_cannot_be_told_was_interrupted(self):
        self.at_each_damage('state', self.was_interrupted)

    def stops_undo(self, story, root):
        tree = hosts.tree_of(root)
        for arguments in (('--undo',), ('--undo', '1'), ('--undo', 'list')):
            self.refused(story.run(root, *arguments), 'the record of plan 1: ', 'record.json')
            self.assertEqual(hosts.tree_of(root), tree)

    def stops_changes(self, story, root):
        shutil.rmtree(os.path.join(root, 'etc/default/grub.d'))  # something to mend, so that there is a plan
        tree = hosts.tree_of(root)
        self.refused(story.run(root, '--fix', '--yes'), 'nothing was changed: the record of plan 1: ', 'record.json')
        self.assertEqual(hosts.tree_of(root), tree)
        self.stops_undo(story, root)

    def test_unreadable_record_is_not_taken_back(self):
        self.at_each_damage('record.json', self.stops_undo)

    def test_unreadable_record_that_was_interrupted_stops_changes(self):
        for state in ('applying', 'undoing'):
            self.at_each_damage('record.json', self.stops_changes, state)

    def test_unreadable_record_that_was_interrupted_is_said_by_every_run(self):
        story = hosts.story('desktop')
        root = story.root('after')
        damage(root, 'record.json', b'')
        damage(root, 'state', b'applying\n')
        self.assertIn('the record of plan 1: ', story.run(root, 'host.kvm').stderr)

    def test_original_is_gone(self):
        for name in ('before.0', 'after.0'):
            story = hosts.story('definition')
            root = story.root('after')
            damage(root, name, None)
            tree = hosts.tree_of(root)
            with self.subTest(name=name):
                self.refused(story.run(root, '--undo'), 'the original is gone from /var/lib/gpucheck/1',
                             'plan 1 is not taken back')
                self.assertEqual(hosts.tree_of(root), tree)

    def test_what_is_no_record_is_passed_over(self):
        story = hosts.story('desktop')
        root = story.root('after')
        for name in ('2.new', 'x', '0', '-3', '+4', '05', ' 6', '99999999999999999999'):
            os.mkdir(os.path.join(root, hosts.STATE, name))
        self.assertNotIn('interrupted', story.run(root, 'host.kvm').stderr)
        self.assertEqual(len(story.run(root, '--undo', 'list').stdout.splitlines()), 1)
        run = story.run(root, '--undo')
        self.assertEqual(run.status, PASSED, said(run))
        self.assertEqual(hosts.tree_of(root), story.before)


if __name__ == '__main__':
    unittest.main()
