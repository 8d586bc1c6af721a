#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Words on the command line that mean nothing are refused by name."""
import unittest

from harness import CommandLine, PASSED


class Usage(CommandLine):
    def test_unknown_option(self):
        for option in ('--bogus', '--bogus=1', '-X', '-qX'):
            with self.subTest(option=option):
                self.assertRefused('-X' if 'X' in option else option, option)

    def test_unknown_option_that_is_no_letter(self):
        self.assertRefused('-\\x7f', '-\x7f')

    def test_unknown_option_behind_a_check(self):
        for option in ('--bogus', '-X'):
            with self.subTest(option=option):
                self.assertRefused(option, 'host.kvm', option)

    def test_option_without_its_argument(self):
        for option in ('--gpu', '-g', '--through', '-t', '--format', '-f', '--output', '-o', '--root'):
            with self.subTest(option=option):
                self.assertRefused(option, option)

    def test_option_without_its_argument_behind_a_check(self):
        for option in ('--gpu', '-g', '--root'):
            with self.subTest(option=option):
                self.assertRefused(option, 'host.kvm', option)

    def test_argument_that_no_one_asked_for(self):
        for option in ('--quiet', '--verbose', '--strict', '--list', '--explain', '--help', '--version'):
            with self.subTest(option=option):
                self.assertRefused(option, option + '=1')

    def test_abbreviation_of_two_options(self):
        self.assertRefused('--ver', '--ver')

    def test_unknown_check(self):
        for name in ('iommu.bogus', 'IOMMU.ENABLED', 'iommu.', '.enabled', 'iommu.enabled ', '0', 'x' * 10000):
            with self.subTest(name=name[:20]):
                self.assertRefused(name[:100], name)

    def test_unknown_check_behind_a_known_one(self):
        self.assertRefused('iommu.bogus', 'host.kvm', 'iommu.bogus')

    def test_a_check_that_was_meant(self):
        for name, meant in (('iommu.isolatd', 'iommu.isolated'), ('iommu.islotaed', 'iommu.isolated'), ('vfio', 'driver.vfio'),
                            ('IOMMU.Enabled', 'iommu.enabled'), ('gest', 'guest')):
            with self.subTest(name=name):
                self.assertRefused('did you mean %s?' % meant, name)
                if '.' in meant:
                    self.assertRefused('did you mean %s?' % meant, '--explain', name)

    def test_the_checks_of_a_stage(self):
        run = self.assertRefused('there are iommu.enabled, iommu.cmdline', 'iommu.zzzzzzzzz')
        self.assertNotIn('driver.', run.stderr)

    def test_the_list_where_nothing_is_near(self):
        self.assertRefused('gpucheck --list shows them all', 'quite-another-word')

    def test_an_option_that_was_meant(self):
        for option, meant in (('--topolgy', '--topology'), ('--verson', '--version'), ('--verson=1', '--version'),
                              ('--dryrun', '--dry-run'), ('--colour', '--color')):
            with self.subTest(option=option):
                self.assertRefused('did you mean %s?' % meant, option)
        self.assertNotIn('mean', self.assertRefused('--zzzzzz', '--zzzzzz').stderr)

    def test_a_short_form_of_several_options(self):
        self.assertRefused('--verbose or --version', '--ver')

    def test_a_stage_that_was_meant(self):
        for name, meant in (('gest', 'guest'), ('HOST', 'host'), ('iommu.enabled', 'iommu')):
            with self.subTest(name=name):
                self.assertRefused('did you mean %s?' % meant, '--through', name)
        self.assertRefused('the stages are host, iommu, driver, display, vm, guest', '--through', 'nowhere')

    def test_a_format_that_was_meant(self):
        self.assertRefused('did you mean json?', '--format', 'jason')
        self.assertRefused('the formats are text, tap', '--format', 'xml')

    def test_options_that_go_with_another(self):
        for option in ('--yes', '--dry-run', '--allow-disruption'):
            self.assertRefused('gpucheck --fix ' + option, option)

    def test_a_check_behind_the_last_stage(self):
        self.assertRefused('it takes --through vm', '--through', 'host', 'vm.hostdev')

    def test_empty_check(self):
        self.assertRefused('', '')

    def test_unknown_stage(self):
        for name in ('bogus', 'HOST', '1', ''):
            with self.subTest(name=name):
                self.assertRefused('--through %s' % name, '--through', name)

    def test_unknown_format(self):
        for name in ('xml', 'TAP', 'tap ', ''):
            with self.subTest(name=name):
                self.assertRefused('--format %s' % name, '--format', name)

    def test_unknown_color(self):
        for name in ('sometimes', 'ALWAYS', ''):
            with self.subTest(name=name):
                self.assertRefused('--color=%s' % name, '--color=' + name)

    def test_explain_without_a_check(self):
        self.assertRefused('--explain', '--explain')

    def test_explain_unknown_check(self):
        self.assertRefused('iommu.bogus', '--explain', 'iommu.bogus')

    def test_explain_unknown_check_behind_a_known_one(self):
        self.assertRefused('iommu.bogus', '--explain', 'host.kvm', 'iommu.bogus')

    def test_option_behind_two_dashes_is_a_check(self):
        self.assertRefused('--list', '--', '--list')

    def test_help_is_no_error(self):
        for option in ('-h', '--help'):
            run = self.gpucheck(option)
            self.assertEqual((run.status, run.stderr), (PASSED, ''))
            self.assertTrue(run.stdout.startswith('Usage: gpucheck'))

    def test_version(self):
        run = self.gpucheck('--version')
        self.assertEqual((run.status, run.stderr), (PASSED, ''))
        self.assertRegex(run.stdout, r'\Agpucheck \d+\.\d+\S*\n\Z')


if __name__ == '__main__':
    unittest.main()
