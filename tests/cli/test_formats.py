#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which format is written, in which colours, and how much of it: -f, --color, NO_COLOR, -q, -v."""
import contextlib
import fcntl
import os
import re
import struct
import termios
import unittest

from harness import CommandLine, PASSED, Report, built_root, READY

WARNS = 'rtx3060-acs-override'
FAILS = 'xorg-busid-is-the-card'
COLOR = re.compile('\x1b\\[[0-9;]*m')


class Formats(CommandLine):
    def said(self, name, *arguments, **env):
        return self.gpucheck('--root', built_root(name), *arguments, **env).stdout

    def on_terminal(self, name, *arguments, columns=80, **env):
        """What a terminal gets."""
        master, slave = os.openpty()
        self.addCleanup(os.close, master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
        with os.fdopen(slave, 'wb') as stdout:
            self.gpucheck('--root', built_root(name), *arguments, stdout=stdout, **{'TERM': 'xterm', **env})
        # It comes in pieces; where nobody has the terminal open any more, the end is an error.
        pieces = []
        with contextlib.suppress(OSError):
            while True:
                pieces.append(os.read(master, 1 << 16))
        return b''.join(pieces).decode().replace('\r\n', '\n')

    def test_tap_is_the_default_in_a_pipe(self):
        self.assertTrue(self.said(READY).startswith('TAP version 13\n'))
        self.assertEqual(self.said(READY), self.said(READY, '--format', 'tap'))

    def test_text_is_the_default_on_a_terminal(self):
        self.assertTrue(self.on_terminal(READY).startswith('gpucheck '))

    def test_format_on_a_terminal(self):
        self.assertEqual(self.on_terminal(READY, '-f', 'tap'), self.said(READY, '-f', 'tap'))

    def test_last_format_wins(self):
        self.assertTrue(self.said(READY, '-f', 'text', '-f', 'json').startswith('{'))

    def test_color_on_a_terminal(self):
        self.assertRegex(self.on_terminal(FAILS), COLOR)
        for env in ({'NO_COLOR': '1'}, {'NO_COLOR': '0'}, {'TERM': 'dumb'}):
            with self.subTest(env=env):
                self.assertNotRegex(self.on_terminal(FAILS, **env), COLOR)
        self.assertRegex(self.on_terminal(FAILS, NO_COLOR=''), COLOR)

    def test_color_never(self):
        self.assertNotRegex(self.on_terminal(FAILS, '--color=never'), COLOR)

    def test_color_always(self):
        for arguments in (('--color=always',), ('--color',)):
            self.assertRegex(self.said(FAILS, '-f', 'text', *arguments), COLOR)
        self.assertRegex(self.said(FAILS, '-f', 'text', '--color=always', NO_COLOR='1'), COLOR)

    def test_color_auto(self):
        self.assertNotRegex(self.said(FAILS, '-f', 'text'), COLOR)
        self.assertNotRegex(self.said(FAILS, '-f', 'text', '--color=auto'), COLOR)

    def test_color_changes_no_word(self):
        self.assertEqual(COLOR.sub('', self.said(FAILS, '-f', 'text', '--color=always')),
                         self.said(FAILS, '-f', 'text'))

    def test_color_is_for_text_only(self):
        for form in ('tap', 'json', 'junit', 'prometheus'):
            with self.subTest(form=form):
                self.assertEqual(self.said(FAILS, '-f', form, '--color=always'), self.said(FAILS, '-f', form))

    def test_quiet_text_names_what_did_not_pass(self):
        for name, check in ((FAILS, 'display.primary'), (WARNS, 'iommu.isolated')):
            with self.subTest(name=name):
                quiet = self.said(name, '-f', 'text', '-q')
                self.assertIn(check, quiet)
                self.assertNotIn('host.kvm', quiet)
                self.assertEqual(quiet, self.said(name, '-f', 'text', '--quiet'))

    def test_quiet_text_of_a_host_that_is_ready_is_empty(self):
        run = self.gpucheck('--root', built_root(READY), '-f', 'text', '-q')
        self.assertEqual(run, (PASSED, '', ''))

    def test_quiet_drops_no_point_of_other_formats(self):
        for form in ('tap', 'json', 'junit', 'prometheus'):
            with self.subTest(form=form):
                self.assertEqual(self.said(FAILS, '-f', form, '-q'), self.said(FAILS, '-f', form))

    def test_verbose_text_shows_the_evidence_of_every_check(self):
        report = Report(self.gpucheck('--root', built_root(READY), '-f', 'json'))
        text = self.said(READY, '-f', 'text', '-v')
        for check in report.checks:
            self.assertTrue(check['evidence'] or check['verdict'] == 'skip', check['id'])
            for evidence in check['evidence']:
                self.assertIn(evidence['source'], text)

    def test_verbose_tap_shows_the_evidence_of_every_check(self):
        tap = self.said(READY, '-f', 'tap', '-v')
        self.assertEqual(len(re.findall('(?m)^  ---$', tap)), len(re.findall('(?m)^ok ', tap)))
        self.assertEqual(tap, self.said(READY, '-f', 'tap', '--verbose'))
        self.assertNotRegex(self.said(READY, '-f', 'tap'), '(?m)^ok (?!.* # SKIP ).*\n  ---$')

    def test_every_point_that_is_no_pass_has_its_block(self):
        for name in (FAILS, WARNS, 'gtx1060-vtd-off-in-firmware', 'cmdline-and-interrupts-unreadable'):
            with self.subTest(name=name):
                report = Report(self.gpucheck('--root', built_root(name), '-f', 'json'))
                wanted = [one['verdict'] for one in report.checks if one['verdict'] != 'pass']
                self.assertEqual(re.findall('(?m)^  verdict: "(.*)"$', self.said(name, '-f', 'tap')), wanted)

    def test_formats_agree(self):
        for name in (READY, FAILS, WARNS, 'gtx1060-vtd-off-in-firmware', 'cmdline-and-interrupts-unreadable'):
            with self.subTest(name=name):
                report = Report(self.gpucheck('--root', built_root(name), '-f', 'json'))
                wanted = [(one['id'], one['verdict']) for one in report.checks]
                lines = re.findall(r'(?m)^  (\w+) +([a-z]+\.[a-z]+) ', self.said(name, '-f', 'text'))
                self.assertEqual([(check, verdict.lower()) for verdict, check in lines], wanted)

    def test_text_fits_the_terminal(self):
        for columns in (60, 80, 120):
            with self.subTest(columns=columns):
                lines = COLOR.sub('', self.on_terminal(FAILS, columns=columns)).splitlines()
                wide = [line for line in lines if len(line) > columns and len(line.split()) > 2
                        and not line.lstrip().startswith(('$', '('))]
                self.assertEqual(wide, [])


if __name__ == '__main__':
    unittest.main()
