# SPDX-License-Identifier: GPL-2.0-or-later
"""What root writes: through nobody else's links, into nobody else's files, with modes that no umask changes."""
import ctypes
import json
import os
import shutil
import stat
import subprocess
import threading
import time
import unittest

from fixing import Fixing
from harness import CommandLine, NOBODY, PASSED, READY, REFUSED, built_root, environment, gpucheck, mode_of, read
from live import DROP_IN, Live
from traps import STRANGER, chowned
from tree import STATE, snapshot

HANG = 120  # seconds
RENAME_EXCHANGE = 2  # renameat2(2)
UMASKS = (0o000, 0o022, 0o077)


def modes_below(folder):
    """Path -> mode and owner of every file and folder."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(place, name)
            status = os.lstat(path)
            if not stat.S_ISLNK(status.st_mode):
                found[os.path.relpath(path, folder)] = oct(stat.S_IMODE(status.st_mode)), status.st_uid
    return found


@unittest.skipUnless(NOBODY, 'needs root')
class Report(CommandLine):
    """--output FILE where others may plant something."""

    def setUp(self):
        self.place = self.folder()
        os.chmod(self.place, 0o1777)
        self.victim = os.path.join(self.folder(), 'victim')
        with open(self.victim, 'w', encoding='utf-8') as f:
            f.write('root:x:0:0\n')
        os.chmod(self.victim, 0o640)
        self.file = os.path.join(self.place, 'report')

    def run_into(self, path, **how):
        return self.gpucheck('--root', built_root(READY), '--output', path, **how)

    def assertVictimSafe(self):
        self.assertEqual((read(self.victim), mode_of(self.victim)), ('root:x:0:0\n', 0o640))

    def test_anothers_link(self):
        os.symlink(self.victim, self.file)
        chowned(self.file)
        run = self.run_into(self.file)
        self.assertEqual(run.status, REFUSED)
        self.assertIn("is user %d's" % STRANGER, run.stderr)
        self.assertVictimSafe()

    def test_anothers_link_on_the_way(self):
        os.symlink(os.path.dirname(self.victim), os.path.join(self.place, 'folder'))
        chowned(os.path.join(self.place, 'folder'))
        self.assertEqual(self.run_into(os.path.join(self.place, 'folder/victim')).status, REFUSED)
        self.assertVictimSafe()

    def test_anothers_link_behind_ones_own(self):
        os.symlink(self.file, self.file + '.mine')
        os.symlink(self.victim, self.file)
        chowned(self.file)
        self.assertEqual(self.run_into(self.file + '.mine').status, REFUSED)
        self.assertVictimSafe()

    def test_anothers_dangling_link(self):
        os.unlink(self.victim)
        os.symlink(self.victim, self.file)
        chowned(self.file)
        self.assertEqual(self.run_into(self.file).status, REFUSED)
        self.assertFalse(os.path.exists(self.victim))

    def test_ones_own_link_is_followed(self):
        os.symlink(self.victim, self.file)
        self.assertEqual(self.run_into(self.file).status, PASSED)
        self.assertIn('TAP version', read(self.victim))
        self.assertEqual(mode_of(self.victim), 0o640)

    def test_anothers_fifo(self):
        """Nobody reads it: root would wait for ever."""
        os.mkfifo(self.file)
        chowned(self.file)
        run = self.run_into(self.file)
        self.assertEqual(run.status, REFUSED)
        self.assertIn('not permitted', run.stderr)

    def test_ones_own_fifo_is_written_to(self):
        os.mkfifo(self.file)
        said = []
        reader = threading.Thread(target=lambda: said.append(read(self.file)))
        reader.start()
        self.assertEqual(self.run_into(self.file).status, PASSED)
        reader.join()
        self.assertIn('TAP version', said[0])

    def test_a_hard_link(self):
        """The other name keeps its bytes: the file is replaced, not rewritten."""
        os.link(self.victim, self.file)
        self.assertEqual(self.run_into(self.file).status, PASSED)
        self.assertVictimSafe()
        self.assertIn('TAP version', read(self.file))

    def test_anothers_file_keeps_no_special_mode(self):
        with open(self.file, 'wb'):
            pass
        chowned(self.file)
        os.chmod(self.file, 0o6755)
        self.assertEqual(self.run_into(self.file).status, PASSED)
        self.assertEqual(mode_of(self.file), 0o755)

    def test_modes(self):
        for mask in UMASKS:
            before = os.umask(mask)
            try:
                path = os.path.join(self.place, 'new-%o' % mask)
                self.run_into(path)
            finally:
                os.umask(before)
            with self.subTest(umask=oct(mask)):
                self.assertEqual(mode_of(path), 0o664 & ~mask)


@unittest.skipUnless(NOBODY, 'needs root')
class Record(CommandLine):
    """--record DIR where others may plant something."""

    def test_anothers_link(self):
        place, victim = self.folder(), self.folder()
        path = os.path.join(place, 'record')
        os.chmod(place, 0o1777)
        os.symlink(victim, path)
        chowned(path)
        run = self.gpucheck('--root', built_root(READY), '--record', path)
        self.assertEqual(run.status, REFUSED)
        self.assertEqual((os.listdir(victim), os.listdir(place)), ([], ['record']))

    def test_modes(self):
        for mask in UMASKS:
            before = os.umask(mask)
            try:
                path = os.path.join(self.folder(), 'record')
                run = self.gpucheck('--root', built_root(READY), '--record', path)
            finally:
                os.umask(before)
            with self.subTest(umask=oct(mask)):
                self.assertEqual(run.status, PASSED, run.stderr)
                self.assertEqual(mode_of(path), 0o700)
                self.assertLessEqual(set(modes_below(path).values()), {('0o700', 0), ('0o600', 0)})

    def test_nothing_outside_is_removed(self):
        """A record that cannot be finished is removed by descriptors: a link in the place of its folder misleads nobody.

        The folder's owner swaps them when the first file is gone; a tracer makes each removal slow.
        """
        place, victim = chowned(self.folder()), self.folder()
        shutil.copytree(built_root(READY), os.path.join(victim, 'root'), symlinks=True)
        whole = snapshot(victim)
        swapper = threading.Thread(target=self.swap, args=(place, os.path.join(victim, 'root')))
        swapper.start()
        done = subprocess.run(['strace', '-o', '/dev/null', '-e', 'trace=syncfs,unlink,unlinkat', '-e',
                               'inject=syncfs:error=EIO', '-e', 'inject=unlink,unlinkat:delay_enter=20000', gpucheck(),
                               '--root', built_root(READY), '--record', os.path.join(place, 'record')],
                              stdin=subprocess.DEVNULL, capture_output=True, env=environment(ASAN_OPTIONS='detect_leaks=0'),
                              timeout=HANG, check=False)
        swapper.join(HANG)
        self.assertEqual(done.returncode, REFUSED, done.stderr)
        self.assertFalse(os.path.islink(os.path.join(place, 'kept')), 'the folder was gone too soon')
        self.assertEqual(snapshot(victim), whole)

    @staticmethod
    def swap(place, target):
        kept = os.path.join(place, 'kept')
        os.symlink(target, kept)
        most, deadline = 0, time.monotonic() + HANG
        while time.monotonic() < deadline:
            half = next((os.path.join(place, name) for name in os.listdir(place) if name != 'kept'), None)
            count = sum(len(files) for _, _, files in os.walk(half)) if half else 0
            if count < most:
                # At once: while neither is there, the removal would be over.
                ctypes.CDLL(None).renameat2(-100, half.encode(), -100, kept.encode(), RENAME_EXCHANGE)
                return
            most = count


@unittest.skipUnless(NOBODY, 'needs root')
class State(Fixing):
    """/var/lib/gpucheck: what is in it is believed, and run."""

    def setUp(self):
        self.root, _ = self.recorded_host('rtx3060-vtd-off-by-argument')

    def test_modes_whatever_the_umask(self):
        found = set()
        for mask in UMASKS:
            root, _ = self.recorded_host('rtx3060-vtd-off-by-argument')
            before = os.umask(mask)
            try:
                self.fixed(root)
            finally:
                os.umask(before)
            self.assertEqual(mode_of(root.at(STATE)), 0o700)
            self.assertEqual(mode_of(root.at(DROP_IN)), 0o644)
            modes = modes_below(root.at(STATE))
            self.assertEqual(modes['1'], ('0o700', 0))
            self.assertEqual({modes['1/' + name] for name in ('record.json', 'state')}, {('0o600', 0)})
            found.add(json.dumps(modes_below(root.folder), sort_keys=True))
        self.assertEqual(len(found), 1, 'the umask is seen in a mode')

    def refused(self, root, *arguments):
        run = self.run_on(root, *arguments)
        self.assertEqual(run.status, REFUSED, run.stderr)
        self.assertIn('can be written by others', ' '.join(run.stderr.split()))

    def test_anothers_folder(self):
        """A record in it would name commands, and --undo would run them."""
        fresh, _ = self.recorded_host('rtx3060-vtd-off-by-argument')
        os.makedirs(fresh.at(STATE), mode=0o700)
        self.fixed(self.root)
        before = [self.tree(root) for root in (self.root, fresh)]
        for name, user, group, mode in (('another user', STRANGER, 0, 0o700), ('a group', 0, STRANGER, 0o770),
                                        ('all', 0, 0, 0o707), ('all, sticky', 0, 0, 0o1777)):
            for root, arguments in ((self.root, ('--undo',)), (fresh, ('--fix', '--yes'))):
                os.chown(root.at(STATE), user, group)
                os.chmod(root.at(STATE), mode)
                with self.subTest(name, arguments=arguments):
                    self.refused(root, *arguments)
        for root, tree in zip((self.root, fresh), before):
            os.chmod(root.at(STATE), 0o700)
            self.assertUnchanged(tree, root)
        self.assertEqual(self.run_on(self.root, '--undo').status, PASSED)

    def test_a_mode_that_a_copy_lost_is_mended(self):
        self.fixed(self.root)
        os.chmod(self.root.at(STATE), 0o755)
        self.assertEqual(self.run_on(self.root, '--undo').status, PASSED)
        self.assertEqual(mode_of(self.root.at(STATE)), 0o700)

    def test_planted_names_are_not_followed(self):
        """Links under the names of the lock, and of the file that is written before it is renamed."""
        victim = os.path.join(self.folder(), 'victim')
        with open(victim, 'w', encoding='utf-8') as f:
            f.write('whole\n')
        os.makedirs(self.root.at(STATE), mode=0o700)
        os.symlink(victim, self.root.at(STATE + '/lock'))
        run = self.fix(self.root)
        self.assertEqual(run.status, 1, run.stderr)
        self.assertIn('Too many levels of symbolic links', ' '.join(run.stderr.split()))
        os.unlink(self.root.at(STATE + '/lock'))
        folder, name = os.path.split(self.root.at(DROP_IN))
        os.makedirs(folder, exist_ok=True)
        for kind in (lambda path: os.symlink(victim, path), lambda path: os.link(victim, path)):
            planted = os.path.join(folder, '.%s.gpucheck-1' % name)
            kind(planted)
            with self.subTest():
                self.fixed(self.root)
                self.assertFalse(os.path.lexists(planted))
                self.assertEqual(read(victim), 'whole\n')
                self.undone(self.root)
            shutil.rmtree(self.root.at(STATE))


class Links(Live):
    """Links where a fix writes, on a live host whose folder of drop-ins others may write."""

    def setUp(self):
        super().setUp()
        self.victim = self.root.at('etc/victim')
        self.root.write('etc/victim', 'GRUB_DEFAULT=0\n')
        os.makedirs(self.root.at('etc/default/grub.d'), exist_ok=True)
        os.chmod(self.root.at('etc/default/grub.d'), 0o777)
        os.symlink('/etc/victim', self.root.at(DROP_IN))

    def test_anothers_is_refused(self):
        chowned(self.root.at(DROP_IN))
        run = self.fix_live()
        self.assertNotIn('is applied', run.stderr)
        self.assertIn('a link of user %d' % STRANGER, ' '.join(run.stderr.split()))
        self.assertEqual(read(self.victim), 'GRUB_DEFAULT=0\n')

    def test_roots_own_is_followed(self):
        run = self.fix_live()
        self.assertFixed(run)
        self.assertIn('gpucheck_words', read(self.victim))
        self.assertTrue(os.path.islink(self.root.at(DROP_IN)))


if __name__ == '__main__':
    unittest.main()
