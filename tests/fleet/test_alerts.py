# SPDX-License-Identifier: GPL-2.0-or-later
"""The alerts, by Prometheus' own tool."""
import os
import subprocess
import unittest

from harness import SOURCE
from playbook import FLEET

# ./dev unpacks it there, since Debian's package of Prometheus would start a server on this machine.
PROMTOOL = os.path.join(SOURCE, 'build/consumers/prometheus/usr/bin/promtool')


class Alerts(unittest.TestCase):
    def promtool(self, *arguments):
        done = subprocess.run([PROMTOOL, *arguments], cwd=os.path.join(FLEET, 'prometheus'), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_rules_are_rules(self):
        self.assertIn('SUCCESS', self.promtool('check', 'rules', 'gpucheck.rules.yml'))

    def test_when_they_fire(self):
        self.assertIn('SUCCESS', self.promtool('test', 'rules', 'gpucheck.rules.test.yml'))
