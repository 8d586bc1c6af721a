# SPDX-License-Identifier: GPL-2.0-or-later
"""What an initramfs image holds is kept in /run: for exactly that image, by root and for root."""
import gzip
import json
import os
import shutil
import subprocess
import time
import unittest

from harness import NOBODY, mode_of, read
from live import Live
from traps import STRANGER

IMAGE = 'boot/initrd.img-6.1.0-26-amd64'
CONFIGURATION = 'etc/modprobe.d/vfio.conf'
# This machine's modules are none of that host's, and may be none at all.
MORE = '''mount -t overlay none -o lowerdir=%s:/usr/lib /usr/lib
mount --bind %s /run'''
SETTLED = 4  # seconds: a younger image is not kept


@unittest.skipUnless(shutil.which('cpio'), 'cpio is not installed')
class KeptImage(Live):
    def setUp(self):
        super().setUp()
        self.run_folder = self.folder()
        os.chmod(self.run_folder, 0o755)
        self.kept = os.path.join(self.run_folder, 'gpucheck/initramfs.json')
        self.build('options vfio-pci ids=10de:2504,10de:228e\n')
        time.sleep(SETTLED)

    def build(self, text):
        tree = os.path.join(self.folder(), 'tree')
        os.makedirs(os.path.join(tree, os.path.dirname(CONFIGURATION)))
        for name, content in ((CONFIGURATION, text), ('init', '#!/bin/sh\n')):
            with open(os.path.join(tree, name), 'w', encoding='utf-8') as f:
                f.write(content)
        made = subprocess.run(['cpio', '--quiet', '-o', '-H', 'newc'], cwd=tree, input=CONFIGURATION.encode() + b'\ninit\n',
                              stdout=subprocess.PIPE, check=True)
        # In the place of the old one: the same inode, and the same size as of other letters of that number.
        with open(self.root.at(IMAGE), 'wb') as f:
            f.write(gzip.compress(made.stdout, 0, mtime=0))

    def look(self, *prefix):
        """What the check says, and how often the image was looked into."""
        log = os.path.join(self.work, 'calls')
        run = self.live('--format', 'json', 'driver.persistent', before=MORE % (self.root.at('lib'), self.run_folder),
                        prefix=('strace', '-f', '-o', log, '-e', 'trace=execve', *prefix))
        check = next(one for one in json.loads(run.stdout)['checks'] if one['id'] == 'driver.persistent')
        return check, read(log).count('gpucheck-initramfs", ')

    def test_looked_into_once(self):
        first, times = self.look()
        self.assertEqual(times, 1)
        self.assertEqual((mode_of(os.path.dirname(self.kept)), mode_of(self.kept)), (0o700, 0o600))
        self.assertEqual(self.look(), (first, 0))

    def test_another_image(self):
        """Of the same inode, size and time of writing: only the time of the change tells."""
        self.look()
        before = os.stat(self.root.at(IMAGE))
        self.build('options vfio-pci ids=10de:2504,10de:9999\n')
        os.utime(self.root.at(IMAGE), ns=(before.st_atime_ns, before.st_mtime_ns))
        after = os.stat(self.root.at(IMAGE))
        time.sleep(SETTLED)
        self.assertEqual((before.st_ino, before.st_size, before.st_mtime_ns), (after.st_ino, after.st_size, after.st_mtime_ns))
        self.assertEqual(self.look()[1], 1)

    def test_young_image_is_not_kept(self):
        os.utime(self.root.at(IMAGE))
        self.assertEqual(self.look()[1], 1)
        self.assertFalse(os.path.exists(self.kept))

    def test_anothers_file(self):
        self.look()
        for spoil in (lambda: os.chown(self.kept, STRANGER, STRANGER), lambda: os.chmod(self.kept, 0o666),
                      lambda: os.truncate(self.kept, 40)):
            spoil()
            self.assertEqual(self.look()[1], 1)
            os.unlink(self.kept)
            self.look()

    def test_others_keep_nothing(self):
        os.chmod(self.run_folder, 0o1777)
        self.look(*NOBODY)
        self.assertEqual(os.listdir(self.run_folder), [])
