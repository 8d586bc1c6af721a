# SPDX-License-Identifier: GPL-2.0-or-later
"""The folder of a record: whole or not at all, nobody else's, and nothing that is no plain file is waited for."""
import json
import os
import socket
import stat
import unittest

from harness import CARD, NOBODY
from recording import Recording, contents

HOST = 'rtx3060-ready'


class Folder(Recording):
    def setUp(self):
        super().setUp()
        self.root = self.copy(HOST)

    def refused(self, place, *words, prefix=(), arguments=()):
        run = self.run_it('--root', self.root, '--record', place, *arguments, prefix=prefix)
        self.assertEqual((run.status, run.stdout), (2, ''), run.stderr)
        for word in words:
            self.assertIn(word, run.stderr)
        return run

    def test_a_full_folder_is_left_alone(self):
        place = self.fresh()
        os.mkdir(place)
        with open(os.path.join(place, 'mine'), 'w', encoding='utf-8') as file:
            file.write('x')
        self.refused(place, place, 'name a folder that does not exist')
        self.assertEqual(contents(place), {'mine': b'x'})
        self.assertEqual(sorted(os.listdir(self.folder)), sorted([os.path.basename(self.root), os.path.basename(place)]))

    def test_what_is_no_folder(self):
        place = self.fresh()
        with open(place, 'w', encoding='utf-8'):
            pass
        self.refused(place, 'Not a directory')
        self.refused(os.path.join(self.folder, 'no', 'such'), 'No such file')
        self.refused('', '--record')

    def test_an_empty_folder_and_slashes(self):
        place = self.fresh()
        os.mkdir(place)
        run = self.run_it('--root', self.root, '--record', place + '//')
        self.assertEqual(run.status, 0, run.stderr)
        self.assertTrue(os.path.exists(os.path.join(place, 'proc/cmdline')))

    def test_only_the_owner_reads_it(self):
        place, _ = self.record(self.root)
        for folder, folders, files in os.walk(place):
            self.assertEqual(stat.S_IMODE(os.lstat(folder).st_mode), 0o700)
            for name in files:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    self.assertEqual(stat.S_IMODE(os.lstat(path).st_mode), 0o600, path)

    def test_words_that_do_not_go_with_it(self):
        self.refused(self.fresh(), 'leave out iommu', arguments=['iommu'])
        self.refused(self.fresh(), 'writes no report', arguments=['--format', 'json'])

    def test_nothing_is_left_of_a_failure(self):
        """Each call that writes fails once: there is neither a record nor the beginning of one."""
        for call, at in (('symlinkat', 4), ('mkdirat', 9), ('write', 30), ('syncfs', 1), ('rename', 1)):
            with self.subTest(call):
                place = self.fresh()
                trace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=' + call,
                         '-e', 'inject=%s:error=ENOSPC:when=%d' % (call, at)]
                run = self.run_it('--root', self.root, '--record', place, prefix=trace)
                self.assertEqual(run.status, 2, run.stderr)
                self.assertIn('No space left', run.stderr)
                self.assertEqual([name for name in os.listdir(self.folder) if name.startswith(os.path.basename(place))], [])

    def test_special_files(self):
        """A FIFO, a socket and a folder in a file's place: not waited for, and errors as they were."""
        folder = os.path.join(self.root, 'etc/modprobe.d')
        os.mkfifo(os.path.join(folder, 'fifo.conf'))
        os.mkdir(os.path.join(folder, 'folder.conf'))
        os.unlink(os.path.join(self.root, 'proc/iomem'))
        with socket.socket(socket.AF_UNIX) as listening:
            os.chdir(os.path.join(self.root, 'proc'))
            listening.bind('iomem')
            os.chdir('/')
        os.symlink('/dev/null', os.path.join(folder, 'masked.conf'))
        place, said = self.record(self.root)
        self.assertIn('fifo.conf: not a regular file', said)
        self.assertIn('it gives the same', said)
        for folder, folders, files in os.walk(place):
            for name in folders + files:
                mode = os.lstat(os.path.join(folder, name)).st_mode
                self.assertTrue(stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))
        self.assertEqual(os.readlink(os.path.join(place, 'etc/modprobe.d/masked.conf')), '/dev/null')

    def test_links_lead_nowhere_else(self):
        """A link out of the root is one within it."""
        os.makedirs(os.path.join(self.root, 'srv'))
        with open(os.path.join(self.root, 'srv/real.conf'), 'w', encoding='utf-8') as file:
            file.write('# within\n')
        folder = os.path.join(self.root, 'etc/modprobe.d')
        os.symlink('../../../../../../../../srv/real.conf', os.path.join(folder, 'up.conf'))
        os.symlink('/etc/passwd', os.path.join(folder, 'passwd.conf'))
        place, _ = self.record(self.root)
        found = contents(place)
        self.assertEqual(found['srv/real.conf'], b'# within\n')
        self.assertNotIn('etc/passwd', found)

    @unittest.skipUnless(NOBODY, 'needs root, to run as nobody')
    def test_unreadable_files_stay_errors(self):
        """As a user who may not read them: said, and the record gives the same errors."""
        for path in ('proc/iomem', 'boot/grub/grub.cfg', 'proc/cmdline'):
            os.chmod(os.path.join(self.root, path), 0)
        os.chmod(os.path.join(self.root, 'etc/modprobe.d'), 0)
        os.chmod(self.folder, 0o777)
        place, said = self.record(self.root, prefix=NOBODY)
        self.assertIn('not read: /proc/iomem: Permission denied', said)
        self.assertIn('it gives the same', said)
        with open(os.path.join(place, 'gpucheck/record.json'), encoding='utf-8') as file:
            told = json.load(file)['unreadable']
        self.assertEqual(told['proc/iomem'], {'error': 'EACCES', 'text': '/proc/iomem: Permission denied', 'there': True})
        checked, replayed = (self.run_it('--root', root, '--format', 'json', prefix=NOBODY) for root in (self.root, place))
        self.assertEqual([(one['id'], one['verdict'], one['reason']) for one in json.loads(checked.stdout)['checks']],
                         [(one['id'], one['verdict'], one['reason']) for one in json.loads(replayed.stdout)['checks']])

    @unittest.skipUnless(NOBODY, 'needs root, to run as nobody')
    def test_pci_functions_that_cannot_be_listed(self):
        """Nor can who holds the cards be told then; the reason is the same."""
        os.chmod(os.path.join(self.root, 'sys/bus/pci/devices'), 0)
        os.chmod(self.folder, 0o777)
        place, _ = self.record(self.root, prefix=NOBODY)
        with open(os.path.join(place, 'gpucheck/record.json'), encoding='utf-8') as file:
            told = json.load(file)['unreadable']
        self.assertEqual((told['gpucheck/holders.json']['error'], told['gpucheck/holders.json']['text']),
                         ('EACCES', 'listing the PCI functions: /sys/bus/pci/devices: Permission denied'))

    def test_a_spoilt_list_of_the_unreadable(self):
        place, _ = self.record(self.root)
        with open(os.path.join(place, 'gpucheck/record.json'), 'w', encoding='utf-8') as file:
            file.write('[]')
        os.unlink(os.path.join(place, 'proc/iomem'))
        os.unlink(os.path.join(place, 'proc/meminfo'))
        run = self.run_it('--root', place, '--format', 'json', '--gpu', CARD)
        checks = {check['id']: check for check in json.loads(run.stdout)['checks']}
        self.assertEqual(checks['display.console']['verdict'], 'error')
        self.assertIn('record.json', checks['display.console']['reason'])


if __name__ == '__main__':
    unittest.main()
