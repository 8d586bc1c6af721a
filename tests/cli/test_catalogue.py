#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--list shows every check that a report holds; --explain has a page for each."""
import subprocess
import unittest

from harness import CommandLine, PASSED, built_root, READY

SECTIONS = ('What it means', 'How to see it by hand', 'Remedy', 'Pitfalls')


class Catalogue(CommandLine):
    def listed(self):
        run = self.gpucheck('--list')
        self.assertEqual((run.status, run.stderr), (PASSED, ''))
        return [line.split(None, 3) for line in run.stdout.splitlines()[1:]]

    def test_list_holds_each_check_once(self):
        ids = [words[0] for words in self.listed()]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertGreater(len(ids), 8)

    def test_list_is_in_the_order_of_the_chain(self):
        stages = [words[1] for words in self.listed()]
        self.assertEqual(stages, sorted(stages, key=('host', 'iommu', 'driver', 'display', 'vm', 'guest').index))
        for words in self.listed():
            self.assertEqual(words[0].split('.')[0], words[1])

    def test_list_holds_what_reports_hold(self):
        listed = {words[0] for words in self.listed()}
        self.assertEqual(set(self.report(built_root(READY)).ids()) - listed, set())

    def test_list_looks_at_no_host(self):
        self.assertEqual(self.gpucheck('--list', '--root', '/dev/null').stdout, self.gpucheck('--list').stdout)

    def test_explain_every_check(self):
        for check in (words[0] for words in self.listed()):
            with self.subTest(check=check):
                run = self.gpucheck('--explain', check)
                self.assertEqual((run.status, run.stderr), (PASSED, ''))
                self.assertTrue(run.stdout.startswith(check + ': '))
                for section in SECTIONS:
                    body = run.stdout.split('\n%s\n' % section)[1].split('\n\n')[0]
                    self.assertGreater(len(body.split()), 3, section)
                self.assertLessEqual(max(len(line) for line in run.stdout.splitlines()), 80)

    def test_explain_names_a_title_that_the_report_uses(self):
        for check in self.report(built_root(READY)).checks:
            title = self.gpucheck('--explain', check['id']).stdout.splitlines()[0]
            self.assertEqual(title, '%s: %s' % (check['id'], check['title']))

    def commands(self):
        """Of all pages, what a person would copy."""
        for check in (words[0] for words in self.listed()):
            lines = iter(self.gpucheck('--explain', check).stdout.splitlines())
            for line in lines:
                if not line.strip().startswith('$ '):
                    continue
                command = line.strip()[2:]
                while command.endswith('\\'):
                    command += '\n' + next(lines)
                yield check, command

    def test_commands_are_shell(self):
        commands = list(self.commands())
        self.assertGreater(len(commands), 50)
        for check, command in commands:
            with self.subTest(check=check, command=command):
                done = subprocess.run(['bash', '-n', '-c', command], capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ''))

    def test_what_disrupts_is_said(self):
        page = self.gpucheck('--explain', 'vm.pending').stdout
        self.assertIn('$ gpucheck --fix --allow-disruption vm.pending\n', page)
        self.assertIn('Risk: it interrupts', page)
        self.assertIn('Nothing: this takes a person', self.gpucheck('--explain', 'host.kvm').stdout)

    def test_related_checks(self):
        page = self.gpucheck('--explain', 'iommu.enabled').stdout
        self.assertIn('Needed by iommu.remapping, iommu.reserved, iommu.isolated.', page)
        self.assertIn('Needs vm.hostdev: ', self.gpucheck('--explain', 'vm.conflict').stdout)

    def test_explain_several(self):
        one, other = (self.gpucheck('--explain', check).stdout for check in ('host.kvm', 'iommu.enabled'))
        self.assertEqual(self.gpucheck('--explain', 'host.kvm', 'iommu.enabled').stdout, one + '\n' + other)


if __name__ == '__main__':
    unittest.main()
