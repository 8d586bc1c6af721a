#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--fix on a terminal: the plan, the question, and what each answer does."""
import unittest

from fixing import Fixing
from harness import FAILED, PASSED, READY
from shown import unfolded
from terminal import END_OF_FILE, PROMPT, Talk
from tree import STATE, differences

GRUB = 'rtx3060-vtd-off-by-argument'
SNIPPET = 'etc/default/grub.d/99-gpucheck.cfg'


class Asked(Fixing):
    def setUp(self):
        self.root, _ = self.recorded_host(GRUB)
        self.before = self.tree(self.root)

    def talk(self, *arguments, **how):
        return Talk('--root', self.root.folder, '--fix', *arguments, **how)

    def test_no(self):
        for answer in ('n\n', '\n', 'no\n', ' y\n', END_OF_FILE, 'x' * 200 + '\n'):
            with self.subTest(answer=answer):
                talk = self.talk()
                self.assertTrue(talk.asked(), talk.said)
                status, out = talk.answer(answer)
                self.assertEqual((status, out), (FAILED, ''))
                self.assertIn('nothing was changed', talk.said)
                self.assertEqual(differences(self.before, self.tree(self.root)), {})
                self.assertEqual(self.records(self.root), [])

    def test_yes(self):
        for answer in ('y\n', 'Y\n', 'yes\n'):
            with self.subTest(answer=answer):
                talk = self.talk()
                self.assertTrue(talk.asked(), talk.said)
                status, out = talk.answer(answer)
                self.assertEqual(status, FAILED)  # the checks still fail: it waits for a reboot
                self.assertIn('plan', talk.said)
                self.assertIn('not ok', out)
                self.assertEqual([self.state(self.root, one) for one in self.records(self.root)][-1:], ['applied'])
                self.undone(self.root)
                self.assertUnchanged(self.before, self.root, {'etc/default', 'etc/modprobe.d'})

    def test_what_was_shown_is_what_is_asked_about(self):
        shown = self.plan(self.root).text
        talk = self.talk()
        talk.asked()
        self.assertEqual(unfolded(talk.said), unfolded(shown + PROMPT))
        talk.answer('n\n')

    def test_report_is_text_there(self):
        talk = self.talk(stdout=None)
        talk.asked()
        talk.answer('y\n')
        self.assertNotIn('\nnot ok ', talk.said)
        self.assertIn('iommu.cmdline', talk.said.split(PROMPT)[1])

    def test_not_asked_with_yes(self):
        talk = self.talk('--yes')
        status, _ = talk.end()
        self.assertEqual(status, FAILED)
        self.assertNotIn(PROMPT, talk.said)
        self.assertEqual(self.records(self.root), ['1'])

    def test_not_asked_with_dry_run(self):
        for more in ((), ('--yes',)):
            talk = self.talk('--dry-run', *more)
            status, out = talk.end()
            self.assertEqual((status, out), (FAILED, self.plan(self.root).text))
            self.assertNotIn(PROMPT, talk.said)
            self.assertEqual(differences(self.before, self.tree(self.root)), {})

    def test_not_asked_when_nothing_is_to_mend(self):
        root, _ = self.recorded_host(READY)
        talk = Talk('--root', root.folder, '--fix')
        status, out = talk.end()
        self.assertEqual(status, PASSED)
        self.assertNotIn(PROMPT, talk.said)
        self.assertIn('ok 1 - ', out)

    def test_changed_while_it_asked(self):
        """What was agreed to is no longer what would happen."""
        for path, text in ((SNIPPET, '# mine\n'), ('etc/modprobe.d/gpucheck.conf', '# mine\n')):
            with self.subTest(path=path):
                self.root, _ = self.recorded_host(GRUB)
                talk = self.talk()
                talk.asked()
                self.root.write(path, text)
                now = self.tree(self.root)
                status, _ = talk.answer('y\n')
                self.assertNotEqual(status, PASSED)
                self.assertIn('/%s was changed while the plan was shown' % path, unfolded(talk.said))
                self.assertIn('nothing was changed', talk.said)
                self.assertEqual(differences(now, self.tree(self.root)), {})
                self.assertNotIn(STATE + '/1', self.tree(self.root))


if __name__ == '__main__':
    unittest.main()
