# SPDX-License-Identifier: GPL-2.0-or-later
"""The role and the playbook, read by Ansible's own tools."""
import glob
import os
import subprocess
import tempfile
import unittest

import yaml
from playbook import FLEET, environment

ROLE = os.path.join(FLEET, 'roles/gpucheck')


def load(*path):
    with open(os.path.join(ROLE, *path), encoding='utf-8') as f:
        return yaml.safe_load(f)


class Lint(unittest.TestCase):
    def run_in_fleet(self, *command):
        with tempfile.TemporaryDirectory(prefix='gpucheck-lint-') as home:
            done = subprocess.run(command, cwd=FLEET, env=environment(home), stdin=subprocess.DEVNULL, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_syntax(self):
        self.run_in_fleet('ansible-playbook', '--syntax-check', 'gpucheck.yml')

    def test_production_profile(self):
        self.run_in_fleet('ansible-lint', '--offline', '--strict', '--profile', 'production')

    def test_example_inventory(self):
        listed = self.run_in_fleet('ansible-inventory', '-i', 'inventory.example.yml', '--list')
        known = set(load('meta/argument_specs.yml')['argument_specs']['main']['options'])
        used = {word.strip('"') for word in listed.replace(':', ' ').split() if word.startswith('"gpucheck_')}
        self.assertTrue(used)
        self.assertLessEqual(used, known)

    def test_every_variable_is_documented(self):
        """In the argument specification and, by name, in the page."""
        options = load('meta/argument_specs.yml')['argument_specs']['main']['options']
        self.assertEqual({name: one['default'] for name, one in options.items()}, load('defaults/main.yml'))
        with open(os.path.join(FLEET, 'README.md'), encoding='utf-8') as f:
            page = f.read()
        self.assertEqual([name for name in options if '`%s`' % name not in page], [])

    def test_no_trace_is_left(self):
        """The linter and Ansible leave no files in the tree."""
        self.assertEqual(glob.glob(os.path.join(FLEET, '.*')), [])
