#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What --gpu takes, and what it refuses by name."""
import unittest

from harness import AUDIO, CARD, CommandLine, PASSED, built_root, READY

MALFORMED = ('1:00.0', '01:00', '01:00.8', '01:20.0', 'zz:00.0', '01:00.0 ', ' 01:00.0', '+1:00.0', '-1:00.0', '01:0.0',
             '0x01:00.0', '0000:01:00', '0000:01:00.', '0000:01:00.00', '000:01:00.0', ':01:00.0', '0000::00.0',
             '123456789:01:00.0', '0000:01:00.0:1', '01.00.0', '10de', '10de:', ':2504', '10de:250', '10de:25044',
             '10de:25g4', '0x10de:0x2504', '10de 2504', '10de:2504 ', 'ffff', '*', '%s%n', '01:00.0,01:00.1')


class GpuNames(CommandLine):
    def refused(self, name, word=None):
        return self.assertRefused('--gpu %s' % (name if word is None else word), '--root', built_root(READY), '--gpu',
                                  name)

    def test_malformed(self):
        for name in MALFORMED:
            with self.subTest(name=name):
                self.assertIn('neither an address', self.refused(name).stderr)

    def test_empty(self):
        self.refused('')

    def test_newline(self):
        for name in ('01:00.0\n', '10de:2504\n', '01:00.0\nok 1 - forged'):
            with self.subTest(name=name):
                self.refused(name, name.split('\n')[0])

    def test_control_sequence_does_not_reach_the_terminal(self):
        self.assertNotIn('\x1b', self.refused('01:00.0\x1b[2J', '01:00.0').stderr)

    def test_ten_kilobytes(self):
        for name in ('0' * 10240, '01:00.0' * 1463, '10de:' * 2048, ':' * 10240):
            with self.subTest(name=name[:10]):
                self.refused(name, name[:100])

    def test_every_name_counts(self):
        self.assertRefused('zz:00.0', '--root', built_root(READY), '--gpu', CARD, '--gpu', 'zz:00.0')

    def test_not_there(self):
        for name in ('0000:7f:00.0', '7f:00.0', '0001:01:00.0', 'ffffffff:01:00.0', '10de:ffff'):
            with self.subTest(name=name):
                self.refused(name)

    def test_no_gpu(self):
        for name in (AUDIO, '01:00.1', '00:1f.0'):
            with self.subTest(name=name):
                self.assertIn('no GPU', self.refused(name).stderr)

    def test_no_gpu_by_id(self):
        message = self.refused('10de:228e').stderr
        self.assertIn('no GPU', message)
        self.assertIn(AUDIO, message)

    def test_twins(self):
        message = self.assertRefused('10de:1ff2', '--root', built_root('t400-twins-by-shared-id'), '--gpu',
                                     '10de:1ff2').stderr
        for address in ('0000:17:00.0', '0000:65:00.0'):
            self.assertIn(address, message)

    def test_forms_of_one_card(self):
        wanted = self.report(built_root(READY), '--gpu', CARD)
        for name in ('01:00.0', '00000000:01:00.0', '10de:2504', '10DE:2504'):
            with self.subTest(name=name):
                got = self.report(built_root(READY), '--gpu', name)
                self.assertEqual(got.run.status, PASSED)
                self.assertEqual(got.checks, wanted.checks)

    def test_named_twice_is_judged_once(self):
        once = self.report(built_root(READY), '--gpu', CARD)
        twice = self.report(built_root(READY), '--gpu', CARD, '--gpu', '10de:2504')
        self.assertEqual(twice.checks, once.checks)

    def test_two_cards(self):
        gpus = {'0000:03:00.1', '0000:03:00.2'}
        got = self.report(built_root('arc-pro-b50-vf-on-variant-driver'), '--gpu', '03:00.1', '--gpu',
                          '03:00.2')
        self.assertEqual({one['gpu'] for one in got.checks if one['id'] == 'host.gpu'}, gpus)

    def test_domain_of_more_than_four_digits(self):
        got = self.report(built_root('h200-in-domain-10000'), '--gpu', '10000:e1:00.0')
        self.assertEqual(got.check('host.gpu')['gpu'], '10000:e1:00.0')


if __name__ == '__main__':
    unittest.main()
