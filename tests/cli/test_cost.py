#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the whole catalogue costs: below a root of 300 functions at most twice what its first nine checks cost.

Counted in system calls, which no other load changes, and in processor time, the least of many runs; children count.
"""
import os
import re
import subprocess
import unittest

from harness import CommandLine, FIXTURES, environment, gpucheck, read

NINE = '''host.kvm host.gpu iommu.enabled iommu.cmdline iommu.remapping iommu.reserved iommu.isolated driver.vfio
    display.primary'''.split()
MOST = 2
FUNCTIONS = 300
HOST = 'rtx3060-seen-by-the-guest'  # its VM and guest are recorded, so that every check has something to read
SECONDS = 60
RUNS, ROUNDS = 15, 4  # a round that is disturbed all along is tried again
PHYSICAL = 'pci 0000:%02x:00.0 0200 8086:1592 driver=ice group=%d'
VIRTUAL = 'pci 0000:%02x:%02x.%d 0200 8086:1889 driver=iavf group=%d'


def network_functions(count):
    """As on a host whose network cards are split among many guests: one physical function a bus, the rest virtual."""
    lines = []
    for number in range(count):
        bus, place = 0x10 + number // 256, number % 256
        group = 100 + number
        lines.append(VIRTUAL % (bus, place // 8, place % 8, group) if place else PHYSICAL % (bus, group))
    return lines


def is_sanitized(program):
    with open(program, 'rb') as f:
        return b'__asan_init' in f.read()


@unittest.skipIf(is_sanitized(gpucheck()) if 'GPUCHECK' in os.environ else False,
                 'a sanitizer costs more than what is measured')
class Cost(CommandLine):
    def setUp(self):
        text = read(os.path.join(FIXTURES, HOST, 'host'))
        more = network_functions(FUNCTIONS - len(re.findall(r'^ *pci ', text, re.M)))
        description, self.root_folder = (os.path.join(self.folder(), name) for name in ('host', 'root'))
        with open(description, 'w', encoding='utf-8') as f:
            f.write('\n'.join([text, *more, '']))
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), description, self.root_folder], check=True)
        self.assertEqual(len(os.listdir(os.path.join(self.root_folder, 'sys/bus/pci/devices'))), FUNCTIONS)
        report = self.report(self.root_folder)
        self.assertLessEqual({one['verdict'] for one in report.checks}, {'pass', 'skip'})
        self.assertEqual(report.verdict('guest.device'), 'pass')

    def command(self, checks):
        return [gpucheck(), '--root', self.root_folder, '--format', 'json', *checks]

    def system_calls(self, checks):
        counted = os.path.join(self.folder(), 'calls')
        # -c's own table: its last line is the total, the calls are its fourth column.
        subprocess.run(['strace', '-f', '-c', '-o', counted, *self.command(checks)], stdout=subprocess.DEVNULL,
                       env=environment(), timeout=SECONDS, check=True)
        return int(read(counted).splitlines()[-1].split()[3])

    def milliseconds(self, checks):
        """Of the processor, user and system, in one run."""
        process = subprocess.Popen(self.command(checks), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   env=environment())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return 1000 * (used.ru_utime + used.ru_stime)

    def test_system_calls(self):
        nine, whole = self.system_calls(NINE), self.system_calls([])
        print('%d functions: %d system calls for nine checks, %d for the whole catalogue: %.2f times'
              % (FUNCTIONS, nine, whole, whole / nine), flush=True)
        self.assertLessEqual(whole, MOST * nine)

    def test_processor_time(self):
        nine = whole = float('inf')
        for _ in range(ROUNDS):
            for _ in range(RUNS):
                nine, whole = min(nine, self.milliseconds(NINE)), min(whole, self.milliseconds([]))
            if whole <= MOST * nine:
                break
        print('%d functions: %.1f ms of the processor for nine checks, %.1f ms for the whole catalogue: %.2f times'
              % (FUNCTIONS, nine, whole, whole / nine), flush=True)
        self.assertLessEqual(whole, MOST * nine)


if __name__ == '__main__':
    unittest.main()
