# SPDX-License-Identifier: GPL-2.0-or-later
"""systemd's units, as packaged: understood, confined, and started by nobody but the administrator."""
import re
import subprocess
import unittest

from harness import environment
from package import Extracted, SECONDS, output

UNITS = ('gpucheck.service', 'gpucheck.timer')
# Of ten; without a sandbox it is 9.6. What it needs is said in the unit.
EXPOSURE = 3.6


class Units(Extracted):
    def setUp(self):
        """systemd looks whether the program is there: not in /usr/sbin, but where the package was unpacked."""
        self.folder = self.root / 'lib/systemd/system'
        service = self.folder / UNITS[0]
        text = service.read_text()
        self.assertIn('ExecStart=/usr/sbin/gpucheck ', text)
        service.write_text(re.sub('=(-?)/usr/sbin/', r'=\1%s/usr/sbin/' % self.root, text))
        self.addCleanup(service.write_text, text)

    def test_verify(self):
        done = subprocess.run(['systemd-analyze', 'verify', '--man=no', *(self.folder / unit for unit in UNITS)],
                              env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False)
        # It reads the machine's units too.
        said = [line for line in (done.stdout + done.stderr).splitlines() if 'gpucheck' in line]
        self.assertEqual((done.returncode, said), (0, []))

    def test_exposure(self):
        said = output('systemd-analyze', 'security', '--offline=true', '--no-pager', self.folder / UNITS[0])
        self.assertLessEqual(float(re.search(r'Overall exposure level for gpucheck.service: (\S+)', said)[1]), EXPOSURE)

    def test_when(self):
        """Daily is a time that systemd knows."""
        when = re.search(r'OnCalendar=(.*)', (self.folder / UNITS[1]).read_text())[1]
        self.assertIn('00:00:00', output('systemd-analyze', 'calendar', when))
