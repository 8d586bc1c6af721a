#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--output: written whole or not at all, where it was asked for, and nothing else is touched."""
import os
import unittest

from harness import CommandLine, FAILED, PASSED, REFUSED, built_root, mode_of, read, READY

OLD = 'what was there before\n'


class OutputFile(CommandLine):
    def setUp(self):
        self.place = self.folder()
        self.file = os.path.join(self.place, 'report')

    def run_into(self, path, *arguments, **how):
        return self.gpucheck('--root', built_root(READY), '--output', path, *arguments, **how)

    def wanted(self, form='tap'):
        return self.gpucheck('--root', built_root(READY), '--format', form).stdout

    def put(self, path, content=OLD, mode=0o644):
        with open(path, 'w', encoding='utf-8') as f:
            f.write(content)
        os.chmod(path, mode)

    def test_same_bytes_as_standard_output(self):
        for form in ('text', 'tap', 'json'):
            with self.subTest(form=form):
                run = self.run_into(self.file, '-f', form)
                self.assertEqual(run, (PASSED, '', ''))
                self.assertEqual(read(self.file), self.wanted(form))

    def test_status_is_the_reports(self):
        root = built_root('rtx3060-vtd-off-by-argument')
        self.assertEqual(self.gpucheck('--root', root, '-o', self.file), (FAILED, '', ''))

    def test_nothing_else_is_left(self):
        self.run_into(self.file)
        self.assertEqual(os.listdir(self.place), ['report'])

    def test_relative(self):
        self.assertEqual(self.run_into(os.path.relpath(self.file)).status, PASSED)
        self.assertEqual(read(self.file), self.wanted())

    def test_mode_of_a_new_file(self):
        before = os.umask(0o027)
        self.addCleanup(os.umask, before)
        self.run_into(self.file)
        self.assertEqual(mode_of(self.file), 0o640)

    def test_existing_file_is_replaced_and_keeps_its_mode(self):
        for mode in (0o600, 0o664, 0o400):
            with self.subTest(mode=oct(mode)):
                self.put(self.file, OLD * 1000, mode)
                self.run_into(self.file)
                self.assertEqual((read(self.file), mode_of(self.file)), (self.wanted(), mode))

    @unittest.skipIf(os.geteuid(), 'only root gives files away')
    def test_existing_file_keeps_its_owner(self):
        self.put(self.file)
        os.chown(self.file, 65534, 65534)
        self.run_into(self.file)
        self.assertEqual((os.stat(self.file).st_uid, os.stat(self.file).st_gid), (65534, 65534))

    def test_reader_of_the_old_file_sees_the_old_one_whole(self):
        self.put(self.file)
        with open(self.file, encoding='utf-8') as f:
            self.run_into(self.file)
            self.assertEqual(f.read(), OLD)

    def test_link_stays_and_its_target_is_replaced(self):
        target, link = os.path.join(self.place, 'target'), os.path.join(self.place, 'link')
        self.put(target, mode=0o640)
        os.symlink('target', link)
        self.run_into(link)
        self.assertEqual(os.readlink(link), 'target')
        self.assertEqual((read(target), mode_of(target)), (self.wanted(), 0o640))
        self.assertEqual(sorted(os.listdir(self.place)), ['link', 'target'])

    def test_dangling_link_stays_and_its_target_is_made(self):
        link = os.path.join(self.place, 'link')
        os.symlink('report', link)
        self.run_into(link)
        self.assertTrue(os.path.islink(link), 'the link became a file')
        self.assertEqual(read(self.file), self.wanted())

    def refused(self, path, **how):
        run = self.run_into(path, **how)
        self.assertEqual((run.status, run.stdout), (REFUSED, ''))
        self.assertIn(path, run.stderr)
        return run

    def test_missing_folder(self):
        self.refused(os.path.join(self.place, 'nowhere', 'report'))
        self.assertEqual(os.listdir(self.place), [])

    def test_folder(self):
        self.refused(self.place)
        self.refused(self.place + '/')
        self.assertEqual(os.listdir(self.place), [])

    def test_empty_name(self):
        run = self.run_into('')
        self.assertEqual((run.status, run.stdout), (REFUSED, ''))
        self.assertIn('--output', run.stderr)

    def test_cyclic_link(self):
        os.symlink('report', self.file)
        self.refused(self.file)

    def test_file_in_place_of_the_folder(self):
        self.put(self.file)
        self.refused(os.path.join(self.file, 'report'))

    def test_name_too_long(self):
        self.refused(os.path.join(self.place, 'x' * 300))

    def test_full_device(self):
        self.refused('/dev/full')
        self.assertTrue(os.path.exists('/dev/full'))

    def test_null_device(self):
        self.assertEqual(self.run_into('/dev/null'), (PASSED, '', ''))
        self.assertFalse(os.path.isfile('/dev/null'))

    def test_folder_that_may_not_be_written(self):
        self.put(self.file)
        os.chmod(self.place, 0o555)
        self.addCleanup(os.chmod, self.place, 0o755)
        self.refused(self.file, nobody=True)
        self.assertEqual(read(self.file), OLD)

    def test_full_file_system_leaves_the_old_file(self):
        """A limit on file sizes stands for the full file system: the temporary file cannot be completed."""
        self.put(self.file)
        command = 'ulimit -f 0; trap "" XFSZ; exec "$@"'
        run = self.under_shell(command, '--root', built_root(READY), '--output', self.file)
        self.assertEqual(run.status, REFUSED)
        self.assertIn(self.file, run.stderr)
        self.assertEqual(read(self.file), OLD)
        self.assertEqual(os.listdir(self.place), ['report'])


if __name__ == '__main__':
    unittest.main()
