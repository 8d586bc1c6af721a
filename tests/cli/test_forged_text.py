#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Text of the machine that tries to be a line of the report: TAP stays well-formed, JSON parses, terminals are safe."""
import os
import re
import subprocess
import unittest

from harness import CARD, CommandLine, DEVICES, Report, environment

FORGED = (b'x\nok 1 - forged', b'x # SKIP forged', b'x # TODO forged', b'x\n1..1', b'x\nBail out! forged', b'\x1b[2Jx',
          b'\x1b]0;forged\x07', b'\x9b31mx', b'\xff\xfe\xc0\xaf', b'x\\', b'x\\# SKIP', b'x\r\nnot ok', b'x\t\x0b\x0cx',
          b'"x": "', b"'; x", b'${x}`x`', b'%s%n%d', b'x\n...\nok 9', b'x\n---\n', '\u202ex\u2028ok\u0085'.encode(),
          b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\x7f', b'x' * 255)
TERMINAL = re.compile('[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u2028-\u202e\u2066-\u2069\udc80-\udcff]')


class ForgedText(CommandLine):
    def setUp(self):
        self.place = self.folder()
        self.wanted = []  # points and failed ones of every TAP so far

    def tearDown(self):
        """prove reads all TAP of a test at once; it must find what the reports hold."""
        taps = [os.path.join(self.place, str(number)) for number in range(len(self.wanted))]
        done = subprocess.run(['prove', '--exec', 'cat', *taps], capture_output=True, check=False, env=environment())
        said = (done.stdout + done.stderr).decode('utf-8', 'replace')
        self.assertNotIn('Parse errors', said)
        points = re.search(r'Files=(\d+), Tests=(\d+)', said)
        failed = sum(int(number) for number in re.findall(r'Tests: \d+ Failed: (\d+)', said))
        self.assertEqual((int(points[1]), int(points[2]), failed),
                         (len(taps), *(sum(numbers) for numbers in zip(*self.wanted))), said)

    def judge(self, root, *arguments):
        """All three formats of one host."""
        base = ('--root', root.folder, *arguments, '--format')
        report = Report(self.gpucheck(*base, 'json'))
        self.assertNotRegex(report.run.stdout, TERMINAL)
        bad = [(one['id'], one['reason']) for one in report.checks if one['verdict'] in ('fail', 'error')]
        tap = self.gpucheck(*base, 'tap', '-v')
        self.assertEqual(len(re.findall('(?m)^not ok ', tap.stdout)), len(bad), bad)
        with open(os.path.join(self.place, str(len(self.wanted))), 'wb') as f:
            f.write(tap.stdout.encode('utf-8', 'surrogateescape'))
        self.wanted.append((len(report.checks), len(bad)))
        self.assertNotRegex(tap.stdout, TERMINAL)
        points = re.findall(r'^(?:not )?ok (\d+) - \S+\.\S+', tap.stdout, re.M)
        self.assertEqual(points, [str(number + 1) for number in range(len(report.checks))])
        skipped = re.findall(r'^(?:not )?ok .*(?<!\\)# *(?:SKIP|TODO)', tap.stdout, re.M | re.I)
        self.assertEqual(len(skipped), [one['verdict'] for one in report.checks].count('skip'))
        self.assertNotRegex(tap.stdout, r'(?m)^(Bail out|ok \d+ - forged|1\.\.1$)')
        text = self.gpucheck(*base, 'text', '-v')
        self.assertNotRegex(text.stdout, TERMINAL)
        return report

    def test_driver(self):
        for forged in FORGED:
            with self.subTest(forged=forged):
                root = self.root()
                target = b'../../../../bus/pci/drivers/' + forged.replace(b'/', b'_')
                root.clear('%s/%s/vfio-dev' % (DEVICES, CARD))
                root.link('%s/%s/driver' % (DEVICES, CARD), target.decode('utf-8', 'surrogateescape'))
                self.assertEqual(self.judge(root).verdict('driver.vfio'), 'fail')

    def test_group(self):
        for forged in FORGED:
            with self.subTest(forged=forged):
                root = self.root()
                target = b'../../../../kernel/iommu_groups/' + forged.replace(b'/', b'_')
                root.link('%s/%s/iommu_group' % (DEVICES, CARD), target.decode('utf-8', 'surrogateescape'))
                self.assertNotEqual(self.judge(root, '--gpu', CARD).verdict('iommu.isolated'), 'pass')

    def test_host_name(self):
        for forged in FORGED:
            with self.subTest(forged=forged):
                root = self.root()
                root.write('etc/hostname', forged)
                self.judge(root)

    def test_kernel_arguments(self):
        for forged in FORGED:
            with self.subTest(forged=forged):
                root = self.root()
                root.write('proc/cmdline', b'BOOT_IMAGE=x iommu=off,' + forged + b'\n')
                self.judge(root)

    def test_bus_id(self):
        for forged in FORGED:
            with self.subTest(forged=forged):
                root = self.root('xorg-busid-is-the-igpu')
                root.write('etc/X11/xorg.conf.d/20-intel.conf',
                           b'Section "Device"\n BusID "' + forged + b'"\nEndSection\n')
                self.assertNotEqual(self.judge(root).verdict('display.primary'), 'pass')

    def test_name_of_a_snippet(self):
        for forged in FORGED[:-1]:
            with self.subTest(forged=forged):
                root = self.root('xorg-busid-is-the-igpu')
                name = forged.replace(b'/', b'_').decode('utf-8', 'surrogateescape')
                root.write('etc/X11/xorg.conf.d/%s.conf' % name, 'Section "Device"\n BusID "PCI:101:0:0"\nEndSection\n')
                self.assertEqual(self.judge(root).verdict('display.primary'), 'fail')

    def test_name_of_a_device(self):
        for forged in FORGED:
            if b'\n' in forged:
                continue
            with self.subTest(forged=forged):
                root = self.root()
                root.write('usr/share/misc/pci.ids', b'10de  ' + forged + b'\n\t2504  ' + forged + b'\n')
                self.judge(root)

    def test_iommu_unit(self):
        for forged in FORGED:
            with self.subTest(forged=forged):
                root = self.root()
                name = forged.replace(b'/', b'_').decode('utf-8', 'surrogateescape')
                root.write('sys/class/iommu/' + name, '')
                self.judge(root)

    def test_member_of_the_group(self):
        for forged in FORGED:
            with self.subTest(forged=forged):
                root = self.root()
                name = forged.replace(b'/', b'_').decode('utf-8', 'surrogateescape')
                root.write('sys/kernel/iommu_groups/19/devices/' + name, '')
                self.assertNotEqual(self.judge(root).verdict('iommu.isolated'), 'pass')

    def test_title_of_the_boot_entry(self):
        for forged in FORGED:
            if b'\n' in forged or b"'" in forged:
                continue
            with self.subTest(forged=forged):
                root = self.root()
                root.write('boot/grub/grub.cfg', b"menuentry '" + forged + b"' {\n linux /vmlinuz ro quiet\n}\n")
                self.judge(root)


if __name__ == '__main__':
    unittest.main()
