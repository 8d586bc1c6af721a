# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders of a million names, and of as many as are taken."""
import os
import subprocess
import unittest

from bounds import ALL, Bounds
from harness import CARD, DEVICES, CommandLine, Root, built_root

HOST = 'rtx3060-seen-by-the-guest'
MILLION = 1 << 20
TAKEN = 65536  # functions, of which so many are promised
SNIPPETS = 4090


def function(number):
    return '%04x:%02x:%02x.%x' % (0x1000 + (number >> 16), number >> 8 & 255, number >> 3 & 31, number & 7)


@unittest.skipUnless(os.access('/dev/shm', os.W_OK), 'a million links want memory, not a disk')
class Many(Bounds, CommandLine):
    seconds = 240

    def copy(self):
        folder = os.path.join(self.folder(), 'root')
        subprocess.run(['cp', '-a', '--link', built_root(HOST), folder], check=True)
        return Root(folder)

    def fill(self, root, path, name, count, target=None):
        os.makedirs(root.at(path), exist_ok=True)
        for number in range(count):
            place = root.at('%s/%s' % (path, name(number)))
            if not os.path.lexists(place):
                os.symlink(target or 'x', place)

    def look(self, root, *modes):
        run, report = self.judged('--root', root.folder)
        for mode in modes:
            self.bounded('--root', root.folder, *mode)
        return run, report

    def tell(self, what):
        print('%s: %d MiB at most' % (what, self.largest >> 20), flush=True)

    def on_a_disk_of_its_own(self):
        """A tmpfs counts its files, and the machine's own has others' too."""
        place = self.folder()
        done = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'nr_inodes=2m', 'none', place], capture_output=True, text=True)
        if done.returncode:
            self.skipTest(done.stderr.strip())
        self.addCleanup(subprocess.run, ['umount', place], check=True)
        folder = os.path.join(place, 'root')
        subprocess.run(['cp', '-a', built_root(HOST), folder], check=True)
        return Root(folder)

    def test_a_million_functions(self):
        root = self.on_a_disk_of_its_own()
        self.fill(root, DEVICES, function, MILLION)
        run, _ = self.look(root, ['--record', os.path.join(self.folder(), 'record')], ['--topology'], ['--fix', '--dry-run'])
        self.assertIn(run.status, (2, 3))
        self.assertIn(DEVICES, run.stdout + run.stderr)
        self.tell('%d functions' % MILLION)

    def functions(self, what):
        root = self.copy()
        self.fill(root, DEVICES, function, TAKEN, os.readlink(root.at('%s/%s' % (DEVICES, what))))
        run, report = self.look(root, ['--fix', '--dry-run'], ['--topology'])
        self.assertTrue(report or run.status != 0)
        self.tell('%d times %s' % (TAKEN, what))

    def test_as_many_cards_as_functions_are_taken(self):
        self.functions(CARD)

    def test_as_many_bridges_as_functions_are_taken(self):
        self.functions('0000:00:01.0')

    def test_a_hundred_thousand_names(self):
        folders = ('sys/kernel/iommu_groups/19/devices', 'sys/class/iommu', 'sys/firmware/acpi/tables', 'boot', 'proc',
                   'lib/modules', 'var/lib/gpucheck', 'etc/modprobe.d', 'etc/libvirt/qemu', 'gpucheck/guests')
        for path in folders if ALL else folders[::3]:
            with self.subTest(path=path):
                root = self.copy()
                self.fill(root, path, '%d.conf'.__mod__, 100000)
                self.look(root)
        self.tell('100000 names in other folders')

    def test_snippets(self):
        """As many as are taken, each a file that says what the card's own says, or a name as long as may be."""
        for path, name, target in (('etc/modprobe.d', '%d.conf', 'vfio.conf'), ('etc/libvirt/qemu', '%d.xml', 'ml.xml'),
                                   ('etc/modprobe.d', 'x' * 235 + '%012d.conf', 'vfio.conf'),
                                   ('boot/loader/entries', '%d.conf', 'x'), ('etc/udev/rules.d', '%d.rules', 'x')):
            with self.subTest(path=path, name=name):
                root = self.copy()
                self.fill(root, path, name.__mod__, SNIPPETS, target)
                self.look(root, ['--fix', '--dry-run'])
        self.tell('%d snippets' % SNIPPETS)
