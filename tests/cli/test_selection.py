#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which checks run: those named, by id or stage, with what they need, in the catalogue's order, up to a stage."""
import unittest

from harness import CommandLine, built_root, READY

STAGES = ('host', 'iommu', 'driver', 'display', 'vm', 'guest')


class Selection(CommandLine):
    def setUp(self):
        lines = [line.split() for line in self.gpucheck('--list').stdout.splitlines()[1:]]
        self.stage = {words[0]: words[1] for words in lines}
        self.catalogue = [words[0] for words in lines]
        self.full = self.report(built_root(READY)).ids()

    def ran(self, *arguments):
        return self.report(built_root(READY), *arguments).ids()

    def needs(self, check):
        """The check that --explain says it needs."""
        head = self.gpucheck('--explain', check).stdout.splitlines()[1]
        return head.split('; needs ')[1].split(', ') if '; needs ' in head else []

    def with_needed(self, checks):
        wanted = set(checks)
        for check in checks:
            wanted |= set(self.with_needed(self.needs(check)))
        return [one for one in self.catalogue if one in wanted]

    def test_all_by_default_in_the_order_of_the_catalogue(self):
        self.assertEqual([one for one in self.catalogue if one in self.full],
                         list(dict.fromkeys(self.full)))

    def test_one_check_brings_what_it_needs_and_no_more(self):
        for check in self.catalogue:
            with self.subTest(check=check):
                self.assertEqual(self.ran(check), self.with_needed([check]))

    def test_some_check_needs_another(self):
        self.assertEqual(self.ran('iommu.isolated'), ['iommu.enabled', 'iommu.isolated'])

    def test_stage(self):
        for stage in dict.fromkeys(self.stage.values()):
            with self.subTest(stage=stage):
                wanted = [one for one in self.catalogue if self.stage[one] == stage]
                self.assertEqual(self.ran(stage), self.with_needed(wanted))

    def test_order_and_repetition_on_the_command_line_do_not_count(self):
        self.assertEqual(self.ran('driver.vfio', 'host.kvm', 'host', 'driver.vfio'),
                         self.with_needed([one for one in self.catalogue if self.stage[one] == 'host']
                                          + ['driver.vfio']))

    def test_through(self):
        for last, stage in enumerate(STAGES):
            for option in (('--through', stage), ('-t', stage), ('--through=' + stage,)):
                with self.subTest(option=option):
                    upto = STAGES[:last + 1]
                    self.assertEqual(self.ran(*option), [one for one in self.full if self.stage[one] in upto])

    def test_through_a_stage_with_checks(self):
        self.assertEqual(self.ran('-t', 'iommu', 'host.kvm', 'iommu'),
                         ['host.kvm', *[one for one in self.catalogue if self.stage[one] == 'iommu']])

    def test_check_behind_through_is_refused(self):
        run = self.assertRefused('driver.vfio', '--root', built_root(READY), '-t', 'host', 'driver.vfio')
        self.assertIn('host', run.stderr)

    def test_check_behind_through_is_not_dropped_in_silence(self):
        """Who names a check and gets status 0 takes it for passed."""
        self.assertRefused('driver.vfio', '--root', built_root(READY), '-t', 'host', 'host.kvm', 'driver.vfio')

    def test_checks_of_the_host_need_no_gpu(self):
        report = self.report(built_root('no-gpu-at-all'), 'host.kvm', 'iommu.cmdline')
        self.assertEqual((report.run.status, report.run.stderr), (0, ''))

    def test_prerequisite_that_fails_skips_and_names_itself(self):
        report = self.report(built_root('gtx1060-vtd-off-in-firmware'), 'iommu.isolated')
        self.assertEqual([one['verdict'] for one in report.checks], ['fail', 'skip'])
        self.assertIn('iommu.enabled', report.reason('iommu.isolated'))
        self.assertEqual(report.run.status, 1)


if __name__ == '__main__':
    unittest.main()
