# SPDX-License-Identifier: GPL-2.0-or-later
"""driver.persistent with a real image below a root: the one that boots next decides, fresh or stale."""
import json
import os
import unittest

import harness
from test_initramfs import MICROCODE, Images

CHECK = 'driver.persistent'
RELEASE = '6.1.0-26-amd64'
IMAGE = 'boot/initrd.img-' + RELEASE
RECORD = 'gpucheck/initramfs/initrd.img-%s.json' % RELEASE
MODULES = 'usr/lib/modules/%s/kernel/drivers/' % RELEASE
VFIO, NOUVEAU = MODULES + 'vfio/pci/vfio-pci.ko', MODULES + 'gpu/drm/nouveau/nouveau.ko'
FILE = 'etc/modprobe.d/vfio.conf'
UNASKED = 32 << 20


class NextBoot(Images, harness.CommandLine):
    """The desktop whose disk has all that binds its card, with images of its own."""

    def setUp(self):
        super().setUp()
        self.host = harness.CommandLine.root(self)
        self.host.clear(RECORD)
        with open(self.host.at(FILE), 'rb') as f:
            self.lines = f.read()

    def put(self, files, compression='zstd', **how):
        """The image of the next boot, as mkinitramfs puts it together; it always has /init."""
        main = self.packed(compression, self.archive({'init': b'#!/bin/sh\n', **files}))
        self.host.write(IMAGE, self.archive(MICROCODE) + main + bytes(how.get('zeros', 0)))

    def judged(self, *arguments):
        return self.report(self.host, *arguments).check(CHECK)

    def assertJudged(self, verdict, *words, arguments=(CHECK,)):
        found = self.judged(*arguments)
        self.assertEqual(found['verdict'], verdict, found['reason'])
        for word in words:
            self.assertIn(word, found['reason'])
        return found

    def test_fresh(self):
        for compression in ('gzip', 'lz4', 'xz', 'zstd', 'nothing'):
            with self.subTest(compression):
                self.put({VFIO: b'', NOUVEAU: b'', FILE: self.lines}, compression)
                self.assertJudged('pass', '/' + IMAGE + ' agrees')

    def test_image_without_any_of_it(self):
        """Nothing in it asks for the card: the disk decides."""
        self.put({})
        self.assertJudged('pass', '/' + IMAGE + ' agrees')

    def test_older_file(self):
        self.put({VFIO: b'', NOUVEAU: b'', FILE: self.lines.replace(b'10de:2504', b'10de:1eb8')})
        found = self.assertJudged('fail', '/%s, which the next boot uses, has an older /%s' % (IMAGE, FILE), 'nouveau')
        self.assertEqual(found['fix']['kind'], 'automatic')
        self.assertIn('update-initramfs -u -k all', found['fix']['summary'])

    def test_no_file(self):
        self.put({VFIO: b'', NOUVEAU: b''})
        self.assertJudged('fail', '/%s, which the next boot uses, does not have /%s' % (IMAGE, FILE))

    def test_no_module(self):
        self.put({NOUVEAU: b'', FILE: self.lines})
        self.assertJudged('fail', 'was not built from what the disk has', 'has no vfio-pci, and nouveau takes it')

    def test_only_the_image(self):
        """It binds once more, and the next update ends it."""
        self.put({VFIO: b'', NOUVEAU: b'', MODULES + 'snd-hda-intel.ko': b'', FILE: self.lines})
        self.host.clear(FILE)
        self.assertJudged('warn', 'until /%s is built anew' % IMAGE)

    def test_image_wins_over_the_record(self):
        self.put({VFIO: b'', NOUVEAU: b''})
        self.host.write(RECORD, json.dumps({'modules': [], 'releases': [], 'files': []}))
        self.assertJudged('fail')

    def test_record(self):
        files = [{'path': FILE, 'text': self.lines.decode()}]
        self.host.write(RECORD, json.dumps({'modules': ['nouveau', 'vfio_pci'], 'releases': [], 'files': files}))
        self.assertJudged('pass')
        self.host.write(RECORD, json.dumps({'modules': ['nouveau'], 'releases': [], 'files': []}))
        self.assertJudged('fail')

    def test_record_without_modprobe_files(self):
        """That nothing binds the card cannot be told from a record that has none of the files."""
        os.unlink(self.host.at(FILE))
        self.assertJudged('fail')
        os.rmdir(self.host.at('etc/modprobe.d'))
        self.assertJudged('skip', 'not recorded', '/etc/modprobe.d')

    def test_neither(self):
        self.assertJudged('skip', '/%s has is not recorded' % IMAGE)

    def test_damaged(self):
        self.put({VFIO: b'', NOUVEAU: b'', FILE: self.lines})
        with open(self.host.at(IMAGE), 'rb') as f:
            whole = f.read()
        self.host.write(IMAGE, whole[:len(whole) * 2 // 3])
        self.assertJudged('error', '/' + IMAGE)
        self.host.write(IMAGE, b'no image')
        self.assertJudged('error', '/' + IMAGE)

    def test_damaged_record(self):
        for text in ('', '{}', '[]', '{"modules": 1}', '\xff', '{"modules": [], "releases": [], "files": [{}]}'):
            with self.subTest(text=text):
                self.host.write(RECORD, text)
                self.assertJudged('error')

    def test_file_that_is_no_text(self):
        self.put({VFIO: b'', NOUVEAU: b'', FILE: b'options \0'})
        self.assertJudged('error', '/' + IMAGE, '/' + FILE)

    def test_large(self):
        """Above 32 MiB it is looked into only when the check or its stage is named; what the disk lacks is said."""
        self.put({VFIO: b'', NOUVEAU: b'', FILE: self.lines})
        with open(self.host.at(IMAGE), 'r+b') as f:
            f.truncate(UNASKED + 4)
        self.assertJudged('skip', 'not looked into: /%s, which is 33 MB' % IMAGE, arguments=('-t', 'driver'))
        self.assertJudged('pass')
        self.assertJudged('pass', arguments=('driver',))
        with open(self.host.at(IMAGE), 'r+b') as f:
            f.truncate(UNASKED)
        self.assertJudged('pass', arguments=('-t', 'driver'))
        with open(self.host.at(IMAGE), 'r+b') as f:
            f.truncate(UNASKED + 4)
        self.host.clear(FILE)
        self.assertJudged('fail', 'nothing gives the card to vfio-pci', arguments=('-t', 'driver'))

    @unittest.skipUnless(harness.NOBODY, 'only root can become nobody')
    def test_not_for_everybody(self):
        self.put({VFIO: b'', NOUVEAU: b'', FILE: self.lines})
        self.host.chmod(IMAGE, 0o600)
        found = self.report(self.host, CHECK, nobody=True).check(CHECK)
        self.assertEqual(found['verdict'], 'error')
        self.assertIn(IMAGE, found['reason'])

    def test_another_kernel_boots_next(self):
        """The image is that of the default entry's kernel."""
        with open(self.host.at('boot/grub/grub.cfg'), encoding='utf-8') as f:
            text = f.read().replace(RELEASE, '6.9.1-other')
        self.host.write('boot/grub/grub.cfg', text)
        os.rename(self.host.at('lib/modules/' + RELEASE), self.host.at('lib/modules/6.9.1-other'))
        os.symlink('6.9.1-other', self.host.at('lib/modules/' + RELEASE))
        self.put({})
        self.assertJudged('skip', '/boot/initrd.img-6.9.1-other')
        os.rename(self.host.at(IMAGE), self.host.at('boot/initrd.img-6.9.1-other'))
        self.assertJudged('pass', '/boot/initrd.img-6.9.1-other agrees')


if __name__ == '__main__':
    unittest.main()
