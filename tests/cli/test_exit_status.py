#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Exit statuses, the same in every format; --strict makes a warning a failure."""
import re
import unittest

from harness import CommandLine, FAILED, NOT_MEASURED, PASSED, REFUSED, Report, arguments_of, built_root

WARNS = ('foreign-network-card-without-driver', 'rtx3060-acs-override', 'gtx1660-companions-without-driver',
         'xorg-busid-in-hexadecimal')
STATUS = {'rtx3060-ready': PASSED, 'foreign-network-card-without-driver': PASSED, 'rtx3060-noiommu': FAILED,
          'xorg-busid-is-the-card': FAILED, 'no-gpu-at-all': REFUSED, 'no-card-at-the-address': REFUSED,
          't400-twins-by-shared-id': REFUSED, 'cmdline-and-interrupts-unreadable': NOT_MEASURED}


class ExitStatus(CommandLine):
    def statuses(self, name, *arguments):
        return {self.gpucheck('--root', built_root(name), '-f', form, *arguments_of(name), *arguments).status
                for form in ('text', 'tap', 'json')}

    def test_every_status_in_every_format(self):
        for name, status in STATUS.items():
            with self.subTest(name=name):
                self.assertEqual(self.statuses(name), {status})

    def test_summary_holds_it(self):
        for name, status in STATUS.items():
            run = self.gpucheck('--root', built_root(name), '-f', 'json', *arguments_of(name))
            if run.stdout:
                with self.subTest(name=name):
                    self.assertEqual(Report(run).document['summary']['status'], status)

    def test_counts_of_the_summary(self):
        for name in STATUS:
            run = self.gpucheck('--root', built_root(name), '-f', 'json', *arguments_of(name))
            if not run.stdout:
                continue
            report = Report(run)
            verdicts = [one['verdict'] for one in report.checks]
            with self.subTest(name=name):
                for verdict in ('pass', 'fail', 'warn', 'skip', 'error'):
                    self.assertEqual(report.document['summary'][verdict], verdicts.count(verdict))

    def test_failure_counts_more_than_what_was_not_measured(self):
        root = self.root('cmdline-and-interrupts-unreadable')
        root.clear('sys/class/misc/kvm')
        self.assertEqual(self.report(root).run.status, FAILED)

    def test_no_gpu_counts_more_than_a_failure(self):
        root = self.root('no-gpu-at-all')
        root.clear('sys/class/misc/kvm')
        report = self.report(root)
        self.assertEqual((report.verdict('host.kvm'), report.run.status), ('fail', REFUSED))

    def test_strict(self):
        for name in WARNS:
            with self.subTest(name=name):
                self.assertEqual(self.statuses(name), {PASSED})
                self.assertEqual(self.statuses(name, '--strict'), {FAILED})

    def test_strict_leaves_the_verdict(self):
        for name in WARNS:
            with self.subTest(name=name):
                self.assertEqual(self.report(built_root(name), '--strict').checks,
                                 self.report(built_root(name)).checks)

    def test_strict_in_tap(self):
        for name in WARNS:
            with self.subTest(name=name):
                lax, strict = (self.gpucheck('--root', built_root(name), '-f', 'tap', *more).stdout
                               for more in ((), ('--strict',)))
                self.assertNotRegex(lax, '(?m)^not ok')
                self.assertEqual(len(re.findall('(?m)^not ok', strict)), len(re.findall('(?m)^# warning: ', lax)))

    def test_strict_without_a_warning(self):
        for name in ('rtx3060-ready', 'cmdline-and-interrupts-unreadable', 'rtx3060-noiommu'):
            with self.subTest(name=name):
                self.assertEqual(self.statuses(name, '--strict'), {STATUS[name]})


if __name__ == '__main__':
    unittest.main()
