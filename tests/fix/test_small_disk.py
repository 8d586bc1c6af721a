#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""File systems that cannot be written: nothing changes, and the sentence says why."""
import os
import re
import unittest

from fixing import Fixing
from harness import FAILED, NO_MOUNT_NAMESPACE, READY, built_root
from small_disk import count, on_file_system

GRUB = 'rtx3060-vtd-off-by-argument'
# Every file of the host with its content, all but what is gpucheck's own.
LISTING = r"""list() {
	cd "$1"
	find . -path ./var -prune -o -printf '%p %y %m %u %l\n' | sort
	find . -path ./var -prune -o -type f -exec cksum {} + | sort
	cd /
}
before=$(list "$1")
"""
TRY = """@BEFORE@
status=0; "$2" --root "$1" --fix --yes >/dev/null || status=$?
@AFTER@
[ "$(list "$1")" = "$before" ] && echo "same $status" || echo "other $status"
"""
ROOM = 'mount -o remount,rw,size=64m,nr_inodes=100000 "$1"\n'
UNDO = """undo=0; "$2" --root "$1" --undo || undo=$?
[ "$(list "$1")" = "$before" ] && echo "undone $undo" || echo "not undone $undo"
"""


# Whatever it says: what was interrupted is taken back, and the plan applied anew.
AGAIN = """while "$2" --root "$1" --undo; do :; done
"$2" --root "$1" --fix --yes >/dev/null || true
"""

# The plan applied, and so many files can still be made.
FILL = """"$2" --root "$1" --fix --yes >/dev/null || true
number=0
while touch "$1/var/filler.$number" 2>/dev/null; do number=$((number + 1)); done
for one in $(seq 1 @LEFT@); do rm "$1/var/filler.$((number - one))"; done
"""


def tried(before='', after=''):
    return LISTING + TRY.replace('@BEFORE@', before).replace('@AFTER@', after)


@unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
class SmallDisk(Fixing):
    def setUp(self):
        self.root = built_root(GRUB)
        self.at = self.folder()

    def outcome(self, options, before=''):
        """Status of --fix, whether the host is the same, and what was said."""
        status, out, err = on_file_system(self.at, options, self.root, tried(before))
        self.assertEqual(status, 0, err)
        same, fix = re.search(r'(same|other) (\d+)', out).groups()
        return int(fix), same == 'same', err

    def assertRefusedFor(self, word, options, before=''):
        status, same, err = self.outcome(options, before)
        self.assertTrue(same, err)
        self.assertIn('gpucheck: nothing was changed: ', err)
        self.assertIn(word, err)
        self.assertEqual(status, FAILED)

    def test_room(self):
        """Without trouble the host is another one: or the tests below would show nothing."""
        status, same, err = self.outcome('')
        self.assertEqual((status, same), (FAILED, False))
        self.assertIn('plan 1 is applied', err)

    def test_read_only(self):
        self.assertRefusedFor('Read-only file system', '', 'mount -o remount,ro "$1"')

    def test_read_only_with_a_state_folder(self):
        self.assertRefusedFor('Read-only file system', '', 'mkdir -p "$1/var/lib/gpucheck"; mount -o remount,ro "$1"')

    def test_read_only_folder(self):
        """A mount of its own for /etc, or for a single folder."""
        for folder in ('etc', 'etc/modprobe.d', 'etc/default'):
            with self.subTest(folder=folder):
                mount = 'mount --bind "$1/{0}" "$1/{0}"; mount -o remount,ro,bind "$1/{0}"'
                self.assertRefusedFor('Read-only file system', '', mount.format(folder))

    def test_read_only_state(self):
        self.assertRefusedFor('/var/lib: Read-only file system', '',
                              'mkdir -p "$1/var"; mount -t tmpfs -o ro none "$1/var"')

    def test_full(self):
        self.assertRefusedFor('No space left on device', '',
                              'mkdir -p "$1/var"; head -c 64M /dev/zero >"$1/var/filler" 2>/dev/null || true')

    def test_nearly_full(self):
        self.assertRefusedFor('KiB are needed there', '',
                              'mkdir -p "$1/var"; head -c 64M /dev/zero >"$1/var/filler" 2>/dev/null || true; '
                              'truncate -s -900K "$1/var/filler"')

    def test_full_state_folder(self):
        self.assertRefusedFor('/var/lib/gpucheck', '', 'mkdir -p "$1/var/lib/gpucheck"; '
                              'mount -t tmpfs -o size=64k,mode=700 none "$1/var/lib/gpucheck"')

    def test_no_room_for_another_file(self):
        """However many files it can still make: it applies the plan, or everything is as before."""
        used, applied = count(self.root), 0
        for free in range(24):
            with self.subTest(free=free):
                status, same, err = self.outcome('nr_inodes=%d' % (used + free))
                done = 'plan 1 is applied' in err
                self.assertEqual(same, not done, err)
                self.assertEqual(status, FAILED)
                self.assertTrue(done or 'No space left on device' in err, err)
                applied += done
        self.assertGreater(applied, 0, 'it never had enough room')
        self.assertLess(applied, 24, 'it always had enough room')

    def test_with_room_again(self):
        """What an attempt left behind is in nobody's way."""
        used = count(self.root)
        for free in range(0, 24, 2):
            script = tried(after=ROOM) + AGAIN + UNDO
            with self.subTest(free=free):
                status, out, err = on_file_system(self.at, 'nr_inodes=%d' % (used + free), self.root, script)
                self.assertEqual(status, 0, err)
                self.assertIn('is applied', err)
                self.assertIn('undone 0', out, err)
                self.assertNotIn('not undone', out, err)

    def test_undo_without_room(self):
        """It takes all back, or says why not and does it when there is room."""
        used = count(self.root)
        for left in range(4):
            script = LISTING + FILL.replace('@LEFT@', str(left)) + UNDO + ROOM + UNDO
            with self.subTest(left=left):
                status, out, err = on_file_system(self.at, 'nr_inodes=%d' % (used + 60), self.root, script)
                self.assertEqual(status, 0, err)
                first, second = out.splitlines()
                if first != 'undone 0':
                    self.assertEqual((first, second), ('not undone 1', 'undone 0'), err)
                    self.assertIn('plan 1 is not taken back', err)
                    self.assertIn('No space left on device', err)

    def test_nothing_to_write(self):
        """A host that needs nothing may be on a medium that nobody can write."""
        script = 'mount -o remount,ro "$1"; "$2" --root "$1" --fix --yes'
        status, out, err = on_file_system(self.at, '', built_root(READY), script)
        self.assertEqual((status, err), (0, ''))
        self.assertTrue(out.startswith('TAP'))
        self.assertEqual(os.listdir(self.at), [])


if __name__ == '__main__':
    unittest.main()
