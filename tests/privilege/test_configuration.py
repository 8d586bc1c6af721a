# SPDX-License-Identifier: GPL-2.0-or-later
"""A configuration that another user may change: what it says is shown, and --fix does nothing."""
import os
import unittest

from fixing import Fixing
from harness import FAILED, NOBODY, PASSED, REFUSED, built_root
from live import DROP_IN, Live
from traps import STRANGER, chowned

REFUSAL = 'others than root may change'


class Cases:
    """Ways to spoil a file or the folder that it is in."""

    def spoilt(self, path):
        folder = os.path.dirname(path)
        yield 'of another user', lambda: chowned(path), lambda: os.chown(path, 0, 0)
        yield 'of a group that may write', lambda: self.mode(path, 0o664, STRANGER), lambda: self.mode(path, 0o644, 0)
        yield 'that all may write', lambda: os.chmod(path, 0o646), lambda: os.chmod(path, 0o644)
        yield 'in a folder that all may write', lambda: os.chmod(folder, 0o757), lambda: os.chmod(folder, 0o755)
        yield 'in another user\'s folder', lambda: chowned(folder), lambda: os.chown(folder, 0, 0)
        yield 'behind another user\'s link', lambda: self.behind_link(path), lambda: self.in_place(path)

    @staticmethod
    def mode(path, mode, group):
        os.chown(path, 0, group)
        os.chmod(path, mode)

    @staticmethod
    def behind_link(path):
        os.rename(path, path + '.real')
        os.symlink(path + '.real', path)
        chowned(path)

    @staticmethod
    def in_place(path):
        os.unlink(path)
        os.rename(path + '.real', path)


@unittest.skipUnless(NOBODY, 'needs root')
class Named(Cases, Fixing):
    """--config FILE, below a root."""

    def setUp(self):
        self.root, _ = self.recorded_host('rtx3060-vtd-off-by-argument')
        self.file = os.path.join(self.folder(), 'mine.conf')
        with open(self.file, 'w', encoding='utf-8') as f:
            f.write('strict = no\n')

    def test_refused(self):
        before = self.tree(self.root)
        for name, spoil, mend in self.spoilt(self.file):
            with self.subTest(name):
                spoil()
                run = self.fix(self.root, '--config', self.file)
                mend()
                self.assertEqual((run.status, run.stdout), (REFUSED, ''), run.stderr)
                self.assertRegex(run.stderr, "others than root may change|is user %d's" % STRANGER)
                self.assertIn('chown root: ', ' '.join(run.stderr.split()))
                self.assertUnchanged(before, self.root)

    def test_said_by_who_only_looks(self):
        for name, spoil, mend in self.spoilt(self.file):
            for arguments in (('-t', 'display'), ('--fix', '--dry-run')):
                with self.subTest(name, arguments=arguments):
                    spoil()
                    run = self.run_on(self.root, '--config', self.file, *arguments)
                    mend()
                    self.assertEqual(run.status, FAILED, run.stderr)
                    self.assertIn('--fix will refuse', run.stderr)

    def test_roots_own_is_taken(self):
        """Also in /tmp, whose sticky bit keeps others from putting another in its place."""
        os.chmod(os.path.dirname(self.file), 0o1777)
        run = self.fix(self.root, '--config', self.file)
        self.assertIn('is applied', run.stderr)

    def test_relative_from_anothers_folder(self):
        """What is judged is the whole way, not what was typed."""
        place = os.path.join(self.folder(), 'inner')
        os.mkdir(place)
        os.rename(self.file, os.path.join(place, 'mine.conf'))
        chowned(os.path.dirname(place))
        self.here = place
        run = self.fix(self.root, '--config', 'mine.conf')
        self.assertEqual(run.status, REFUSED, run.stderr)
        self.assertIn(REFUSAL, ' '.join(run.stderr.split()))

    here = None

    def wrapped(self, command):
        return ['sh', '-c', 'cd %s; exec "$@"' % self.here, 'sh', *command] if self.here else command

    def test_who_is_not_root_is_not_asked(self):
        """He can do no more than the file's owner could."""
        chowned(self.file)
        run = self.gpucheck('--root', built_root('rtx3060-ready'), '--config', self.file, '-t', 'display', nobody=True)
        self.assertEqual((run.status, run.stderr), (PASSED, ''))


class OfTheHost(Cases, Live):
    """/etc/gpucheck.conf."""

    def test_refused(self):
        self.root.write('etc/gpucheck.conf', 'strict = no\n')
        file = self.root.at('etc/gpucheck.conf')
        for name, spoil, mend in [one for one in self.spoilt(file) if 'link' not in one[0]]:
            with self.subTest(name):
                spoil()
                run, looking = self.fix_live(), self.live('-t', 'display')
                mend()
                self.assertEqual(run.status, REFUSED, run.stderr)
                self.assertIn(REFUSAL, ' '.join(run.stderr.split()))
                self.assertFalse(os.path.exists(self.root.at(DROP_IN)))
                self.assertIn('--fix will refuse /etc/gpucheck.conf', looking.stderr)
        self.assertFixed(self.fix_live())

    def test_home_of_the_caller_is_not_read(self):
        home = os.path.join(self.work, 'home')
        for name in ('gpucheck.conf', '.gpucheck.conf', '.config/gpucheck.conf', '.config/gpucheck/gpucheck.conf'):
            os.makedirs(os.path.dirname(os.path.join(home, name)), exist_ok=True)
            with open(os.path.join(home, name), 'w', encoding='utf-8') as f:
                f.write('no configuration\n')
        prefix = ['/usr/bin/env', 'HOME=' + home, 'XDG_CONFIG_HOME=%s/.config' % home, 'SUDO_USER=stranger',
                  'SUDO_UID=%d' % STRANGER]
        self.assertFixed(self.fix_live(prefix=prefix, here=home))


if __name__ == '__main__':
    unittest.main()
