#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Standard output holds the report and nothing else; where it cannot, a message and a status say so."""
import os
import unittest

from harness import CommandLine, PASSED, REFUSED, built_root, READY

WITHOUT_CHECKS = ('--list', '--help', '--version')


class StandardOutput(CommandLine):
    def commands(self):
        yield ('--root', built_root(READY), '-f', 'tap')
        yield ('--root', built_root(READY), '-f', 'json')
        yield ('--root', built_root(READY), '-f', 'text')
        yield ('--explain', 'host.kvm')
        for option in WITHOUT_CHECKS:
            yield (option,)

    def test_full_device(self):
        for command in self.commands():
            with self.subTest(command=command), open('/dev/full', 'wb') as full:
                run = self.gpucheck(*command, stdout=full)
                self.assertEqual(run.status, REFUSED)
                self.assertTrue(run.stderr.startswith('gpucheck: '), run.stderr)

    def test_closed(self):
        for command in self.commands():
            with self.subTest(command=command):
                run = self.under_shell('exec "$@" >&-', *command)
                self.assertEqual(run.status, REFUSED)
                self.assertTrue(run.stderr.startswith('gpucheck: '), run.stderr)

    def test_closed_with_an_output_file(self):
        """The report does not go to standard output, so nobody misses it; nor may the report land elsewhere."""
        place = os.path.join(self.folder(), 'report')
        run = self.under_shell('exec "$@" >&-', '--root', built_root(READY), '-o', place)
        self.assertEqual(run.status, PASSED, run.stderr)
        self.assertTrue(os.path.getsize(place))

    def test_standard_error_closed(self):
        run = self.under_shell('exec "$@" 2>&-', '--root', built_root('no-gpu-at-all'))
        self.assertEqual(run.status, REFUSED)
        self.assertTrue(run.stdout.startswith('TAP version 13\n'))

    def test_all_closed(self):
        self.assertEqual(self.under_shell('exec "$@" <&- >&- 2>&-', '--root', built_root(READY)).status, REFUSED)

    def test_reader_that_leaves(self):
        """As in `gpucheck | head -0`: no crash that anyone sees."""
        run = self.under_shell('trap "" PIPE; { sleep 0.2; "$@"; echo "status $?" >&2; } | true', '--root',
                               built_root(READY))
        self.assertRegex(run.stderr, r'\Agpucheck: .*\nstatus 2\n\Z')

    def test_nothing_but_the_report(self):
        for name in (READY, 'rtx3060-vtd-off-by-argument', 'cmdline-and-interrupts-unreadable', 'no-gpu-at-all',
                     'rtx4090-fell-off-the-bus', 'xorg-busid-is-the-card'):
            with self.subTest(name=name):
                run = self.gpucheck('--root', built_root(name))
                self.assertRegex(run.stdout, r'\ATAP version 13\n1\.\.\d+\n(((not )?ok|#|  ).*\n)+(Bail out! .*\n)?\Z')
                self.assertEqual(bool(run.stderr), run.status == REFUSED)

    def test_a_host_without_gpu_is_reported_and_refused(self):
        run = self.gpucheck('--root', built_root('no-gpu-at-all'))
        self.assertEqual(run.status, REFUSED)
        self.assertIn('no GPU to check', run.stderr)
        self.assertIn(' - iommu.enabled ', run.stdout)


if __name__ == '__main__':
    unittest.main()
