# SPDX-License-Identifier: GPL-2.0-or-later
"""gpucheck-initramfs on images that the tools of a host make: cpio and every compression that the kernel unpacks."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import harness

COMPRESSIONS = {
    'gzip': ['gzip'],
    'bzip2': ['bzip2'],
    'lzma': ['xz', '--format=lzma'],
    'xz': ['xz', '--check=crc32'],
    'lz4': ['lz4', '-l'],
    'zstd': ['zstd', '-q'],
    'zstd, several frames': ['sh', '-c', 'split -b 9000 --filter="zstd -q"'],
    'nothing': ['cat'],
}
MICROCODE = {'kernel/x86/microcode/GenuineIntel.bin': b'\xa5\x00' * 3001}
OPTIONS = b'options vfio-pci ids=10de:2504,10de:228e\n'
RELEASE = '6.1.0-56-amd64'
MODULES = 'usr/lib/modules/%s/kernel/drivers' % RELEASE
MAIN = {
    'init': b'#!/bin/sh\n',
    'etc/modprobe.d/gpucheck.conf': OPTIONS,
    MODULES + '/vfio/pci/vfio-pci.ko': os.urandom(9000),
    MODULES + '/vfio/vfio.ko.zst': b'vfio',
    'usr/bin/busybox': bytes(range(256)) * 100,
}


def files_of(answer):
    return {one['path']: one['text'] for one in answer['files']}


class Images(unittest.TestCase):
    """A test that makes images and asks what is in them."""

    def setUp(self):
        for name in ('cpio', 'gzip', 'bzip2', 'xz', 'lz4', 'zstd'):
            if not shutil.which(name):
                self.skipTest('%s is not installed' % name)
        self.root = harness.Root(tempfile.mkdtemp(prefix='gpucheck-initramfs-'))
        os.chmod(self.root.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.root.folder)

    def archive(self, files, *more):
        """What cpio makes of files, given by path; more: names in the order that cpio shall take them."""
        tree = harness.Root(os.path.join(self.root.folder, 'tree'))
        for path, content in files.items():
            tree.write(path, content)
        names = more or [os.path.relpath(os.path.join(where, name), tree.folder)
                         for where, folders, names in os.walk(tree.folder) for name in folders + names]
        return self.archive_of(tree, names)

    def archive_of(self, tree, names):
        listed = b''.join(os.fsencode(name) + b'\0' for name in names)
        done = subprocess.run(['cpio', '--quiet', '-0', '-o', '-H', 'newc'], cwd=tree.folder, input=listed,
                              stdout=subprocess.PIPE, check=True)
        shutil.rmtree(tree.folder)
        return done.stdout

    def packed(self, compression, data):
        return subprocess.run(COMPRESSIONS[compression], input=data, stdout=subprocess.PIPE, check=True).stdout

    def program(self):
        return os.path.join(os.path.dirname(harness.gpucheck()), 'gpucheck-initramfs')

    def ask(self, path, root=None, user=()):
        """The answer, which comes in time and from no crash."""
        request = json.dumps({'root': root or self.root.folder, 'path': path})
        done = subprocess.run([*user, self.program()], input=request.encode(), capture_output=True, timeout=60,
                              env=harness.environment(), check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b''))
        return json.loads(done.stdout.decode())

    def look(self, image):
        self.root.write('boot/initrd.img', image)
        return self.ask('boot/initrd.img')

    def refused(self, image, kind='format'):
        """It is no image: the text of the error."""
        answer = self.look(image)
        self.assertEqual(list(answer), ['error'])
        self.assertEqual(answer['error']['kind'], kind, answer)
        return answer['error']['text']

    def assert_main(self, answer):
        self.assertEqual(answer.get('error'), None)
        self.assertEqual(sorted(answer['modules']), ['vfio', 'vfio_pci'])
        self.assertEqual(answer['releases'], [RELEASE])
        self.assertEqual(files_of(answer), {'etc/modprobe.d/gpucheck.conf': OPTIONS.decode()})


class Layouts(Images):
    """How the tools put an image together."""

    def test_every_compression(self):
        main = self.archive(MAIN)
        for name in COMPRESSIONS:
            with self.subTest(name):
                self.assert_main(self.look(self.packed(name, main)))

    def test_microcode_in_front(self):
        early, main = self.archive(MICROCODE), self.archive(MAIN)
        for name in COMPRESSIONS:
            with self.subTest(name):
                packed = self.packed(name, main)
                for zeros in (0, 512, 600000):
                    self.assert_main(self.look(early + bytes(zeros) + packed))

    def test_modules_in_front(self):
        """Ubuntu's: microcode twice, modules and firmware as they are, then all the rest."""
        early = {path: data for path, data in MAIN.items() if path.startswith('usr/lib')}
        main = {path: data for path, data in MAIN.items() if path not in early}
        image = self.archive(MICROCODE) + self.archive(MICROCODE) + self.archive(early)
        self.assert_main(self.look(image + self.packed('zstd', self.archive(main))))

    def test_zeros_at_the_end(self):
        main = self.archive(MAIN)
        for name in COMPRESSIONS:
            with self.subTest(name):
                self.assert_main(self.look(self.packed(name, main) + bytes(508)))

    def test_zeros_behind_a_large_one(self):
        """The decompressors have given most of it before they come upon the zeros."""
        main = self.archive({**MAIN, 'usr/lib/firmware': os.urandom(18 << 20)})
        for name in ('gzip', 'lz4', 'zstd'):
            with self.subTest(name):
                self.assert_main(self.look(self.packed(name, main) + bytes(508)))

    def test_two_archives_compressed_as_one(self):
        both = self.archive({'etc/modprobe.d/gpucheck.conf': OPTIONS}) + bytes(512) + self.archive(MAIN)
        for name in COMPRESSIONS:
            with self.subTest(name):
                self.assert_main(self.look(self.packed(name, both)))

    def test_one_after_the_other(self):
        one, other = self.archive({'etc/modprobe.d/gpucheck.conf': OPTIONS}), self.archive(MAIN)
        firsts = {name: self.packed(name, one) for name in COMPRESSIONS if name != 'xz'}
        seconds = {name: self.packed(name, other) for name in COMPRESSIONS}
        for first in firsts:
            for second in seconds:
                for zeros in (0, 8, 700):
                    with self.subTest('%s, %d zeros, %s' % (first, zeros, second)):
                        self.assert_main(self.look(firsts[first] + bytes(zeros) + seconds[second]))

    def test_behind_xz(self):
        """libarchive does not tell where xz ends: said, not guessed. More xz and zeros are no trouble."""
        parts = self.archive({'etc/modprobe.d/gpucheck.conf': OPTIONS}), self.archive(MAIN)
        for name in COMPRESSIONS:
            image = self.packed('xz', parts[0]) + self.packed(name, parts[1])
            with self.subTest(name):
                if name == 'xz':
                    self.assert_main(self.look(image))
                else:
                    self.assertIn('in what xz compressed at byte 0', self.refused(image))


class Trouble(Images):
    """What is no whole image is never taken for one."""

    def test_cut_off(self):
        early, main = self.archive(MICROCODE), self.archive(MAIN)
        for name in COMPRESSIONS:
            packed = self.packed(name, main)
            end = len(packed) if name != 'nothing' else packed.index(b'TRAILER!!!') + 10
            cuts = {*range(0, end, end // 40), *range(max(0, end - 12), end)}
            for cut in sorted(cuts):
                with self.subTest('%s, %d of %d bytes' % (name, cut, len(packed))):
                    self.refused(early + packed[:cut])

    def test_cut_off_in_front(self):
        early = self.archive(MICROCODE)
        for cut in range(0, len(early), len(early) // 50):
            with self.subTest(cut):
                self.refused(early[:cut])

    def test_large_and_cut_off(self):
        """The decompressors have given most of it before they see the end."""
        main = self.archive({**MAIN, 'usr/lib/firmware': os.urandom(3 << 20)})
        for name in COMPRESSIONS.keys() - {'zstd, several frames'}:
            packed = self.packed(name, main)
            for part in (0.3, 0.6, 0.999):
                with self.subTest('%s, %g of it' % (name, part)):
                    self.refused(packed[:int(part * len(packed))])

    def test_damaged(self):
        main = self.archive({**MAIN, 'usr/lib/firmware': os.urandom(1 << 20)})
        for name in ('bzip2', 'xz', 'zstd'):  # those with a checksum that libarchive looks at
            packed = bytearray(self.packed(name, main))
            packed[len(packed) // 2] ^= 0x55
            with self.subTest(name):
                self.refused(bytes(packed))

    def test_garbage(self):
        main = self.archive(MAIN)
        packed = {name: self.packed(name, main) for name in ('xz', 'zstd')}
        # The kernel reads only the legacy frame.
        lz4 = subprocess.run(['lz4'], input=main, stdout=subprocess.PIPE, check=True).stdout
        images = {
            'empty': b'',
            'zeros': bytes(5000),
            'text': b'no image\n',
            'a program': b'\x7fELF' + bytes(500),
            'noise': b'\xff' + os.urandom(5000),
            'four bytes': b'0707',
            'old cpio': b'070707' + main[6:],
            'only microcode': self.archive(MICROCODE),
            'packed text': self.packed('zstd', b'no archive\n'),
            'packed nothing': self.packed('gzip', b''),
            'packed twice': self.packed('zstd', packed['xz']),
            'text behind it': main + b'what is this?',
            'packed text behind it': main + self.packed('zstd', b'text'),
            'text behind what is packed': packed['zstd'] + b'what is this?',
            'another frame of lz4': lz4,
        }
        for what, image in images.items():
            with self.subTest(what):
                self.refused(image)

    def test_more_memory_than_any_tool_asks_for(self):
        """An image says itself how large the dictionary of lzma is: here 4 GiB."""
        with open(self.program(), 'rb') as f:
            if b'__asan_init' in f.read():
                self.skipTest('the address sanitizer leaves no room for a limit')
        packed = self.packed('lzma', self.archive(MAIN))
        self.refused(packed[:1] + b'\0\0\xff\xff' + packed[5:])

    def test_dracut_squash(self):
        self.assertIn('squashfs-root.img', self.refused(self.archive({'init': b'', 'squashfs-root.img': b'hsqs'})))

    def test_not_there(self):
        self.root.write('etc/passwd', '')
        for path in ('boot/initrd.img', 'etc/passwd/initrd.img'):
            with self.subTest(path):
                self.assertIn(self.ask(path)['error']['kind'], ('missing', 'read'))

    def test_what_is_no_file(self):
        self.root.fifo('boot/fifo')
        for path in ('boot', 'boot/fifo'):
            with self.subTest(path):
                self.assertEqual(self.ask(path)['error']['kind'], 'format')

    def test_links_stay_inside(self):
        self.root.write('boot/initrd.img', self.archive(MAIN))
        self.root.link('initrd.img', '/boot/initrd.img')
        self.root.link('climbs', '../../../../../../boot/initrd.img')
        self.root.link('escapes', '/proc/self/environ')
        for path in ('initrd.img', 'climbs'):
            with self.subTest(path):
                self.assert_main(self.ask(path))
        self.assertEqual(self.ask('escapes')['error']['kind'], 'missing')

    @unittest.skipUnless(harness.NOBODY, 'only root can be nobody')
    def test_not_for_everybody(self):
        self.root.write('boot/initrd.img', self.archive(MAIN))
        self.root.chmod('boot/initrd.img', 0o600)
        self.assertEqual(self.ask('boot/initrd.img', user=harness.NOBODY)['error']['kind'], 'permission')


class Contents(Images):
    """What of an image is told."""

    def test_which_files(self):
        kept = ('conf/modules', 'etc/modprobe.d/a.conf', 'etc/modprobe.d/below/b.conf', 'run/modprobe.d/c.conf',
                'lib/modprobe.d/d.conf', 'usr/lib/modprobe.d/e.conf', 'usr/local/lib/modprobe.d/f.conf',
                'etc/udev/rules.d/g.rules', 'scripts/init-top/h', 'etc/modules-load.d/i.conf', 'etc/cmdline.d/j.conf')
        other = ('init', 'etc/modprobe.dd/k.conf', 'etc/modprobe.conf', 'conf/modules.d', 'conf/conf.d/l', 'etc/passwd',
                 'modprobe.d/m.conf', 'usr/etc/modprobe.d/n.conf', 'scripts/init-bottom/o')
        answer = self.look(self.archive({path: path for path in kept + other}))
        self.assertEqual(files_of(answer), {path: path for path in kept})

    def test_which_modules(self):
        below = 'lib/modules/6.8.0-1-pve/kernel/'
        names = ('vfio-pci.ko', 'vfio_iommu_type1.ko.xz', 'kvm-amd.ko.gz', 'snd-hda-intel.ko.zst')
        other = ('init', below + 'modules.dep', below + 'ko', below + 'x.ko.txt', below + 'folder.ko/file',
                 'usr/share/y.ko', 'lib/modules/z.ko')
        answer = self.look(self.archive({**{below + name: b'' for name in names}, **{path: b'' for path in other}}))
        self.assertEqual(sorted(answer['modules']), ['kvm_amd', 'snd_hda_intel', 'vfio_iommu_type1', 'vfio_pci'])
        self.assertEqual(answer['releases'], ['6.8.0-1-pve'])

    def test_texts(self):
        folder = 'etc/modprobe.d/'
        texts = {'empty': b'', 'utf8': 'café\n'.encode(), 'controls': b'\x01\x1b[31m\r\n', 'whole': b'x' * (64 << 10)}
        other = {'latin': b'caf\xe9', 'nul': b'a\0b', 'larger': b'x' * ((64 << 10) + 1)}
        files = {folder + name: text for name, text in {**texts, **other}.items()}
        answer = self.look(self.archive({'init': b'', **files}))
        self.assertEqual(files_of(answer), {**{folder + name: text.decode() for name, text in texts.items()},
                                            **{folder + name: None for name in other}})

    def test_names_are_only_data(self):
        folder = 'etc/modprobe.d/'
        names = [folder + 'two\nlines.conf', folder + '"},{.conf', folder + 'a|..|..|..|..|escape',
                 folder + '..|passwd', folder + os.fsdecode(b'caf\xe9.conf'), MODULES + '/"\n.ko',
                 'lib/modules/' + os.fsdecode(b'\xff/\xfe.ko')]
        image = self.archive({'init': b'', **{name: b'text' for name in names}}, './init', *names)
        answer = self.look(image.replace(b'|', b'/'))
        self.assertEqual(files_of(answer), {name: 'text' for name in names[:2]})
        self.assertEqual(answer['modules'], ['"\n'])

    def test_names_of_one_file(self):
        """cpio gives the data of a file with several names to the last of them."""
        tree = harness.Root(os.path.join(self.root.folder, 'tree'))
        names = ['etc/modprobe.d/a.conf', 'usr/share/b.conf', 'usr/lib/modprobe.d/c.conf']
        for order in (names, names[::-1], [names[0], names[2], names[1]]):
            tree.write('init', b'')
            tree.write(names[0], OPTIONS)
            for name in names[1:]:
                os.link(tree.at(names[0]), tree.clear(name))
            with self.subTest(order):
                answer = self.look(self.archive_of(tree, ['init', *order]))
                self.assertEqual(files_of(answer), {name: OPTIONS.decode() for name in (names[0], names[2])})

    def test_the_last_one_counts(self):
        first = self.archive({'init': b'', 'etc/modprobe.d/a.conf': b'old', 'etc/modprobe.d/b.conf': b'old'})
        tree = harness.Root(os.path.join(self.root.folder, 'tree'))
        tree.write('etc/modprobe.d/a.conf', 'new')
        tree.link('etc/modprobe.d/b.conf', '/dev/null')
        second = self.archive_of(tree, ['etc/modprobe.d/a.conf', 'etc/modprobe.d/b.conf'])
        self.assertEqual(files_of(self.look(first + self.packed('zstd', second))), {'etc/modprobe.d/a.conf': 'new'})

    def test_merged_usr(self):
        """A folder of links to usr is like any entry: paths are told as the archive has them."""
        tree = harness.Root(os.path.join(self.root.folder, 'tree'))
        for path, data in MAIN.items():
            tree.write(path, data)
        tree.link('lib', 'usr/lib')
        self.assert_main(self.look(self.archive_of(tree, ['lib', *MAIN])))

    def test_a_hundred_thousand_entries(self):
        one = self.archive({'usr/share/000000': b'', **MAIN}, 'usr/share/000000', *MAIN)
        entry, main = one[:128], one[128:]
        self.assertEqual(entry[110:126], b'usr/share/000000')
        many = b''.join(entry.replace(b'/000000', b'/%06d' % number) for number in range(100000))
        self.assert_main(self.look(self.packed('zstd', many + main)))

    def test_more_than_any_real_image(self):
        one = self.archive({'etc/modprobe.d/000000': b'', 'init': b''}, 'etc/modprobe.d/000000', 'init')
        many = b''.join(one[:132].replace(b'/000000', b'/%06d' % number) for number in range(100000))
        self.refused(many + one[132:], kind='size')
