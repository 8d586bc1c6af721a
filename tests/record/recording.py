# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of --record share: copies of recorded hosts, their records, and what a folder holds."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import FIXTURES, Run, arguments_of, built_root, environment, gpucheck, text

SECONDS = 60
CONTEXT = re.compile(r'^(?:@@ .*| .*)\n', re.M)


def hosts():
    """Every recorded host of the tree."""
    return sorted(name for name in os.listdir(FIXTURES) if os.path.exists(os.path.join(FIXTURES, name, 'expected.status')))


def on_every_host(case):
    """Turn each on_NAME(host) of a test case into a test a host."""
    for method in [name for name in vars(case) if name.startswith('on_')]:
        for host in hosts():
            def test(self, host=host, method=method):
                getattr(self, method)(host)
            setattr(case, 'test_%s_%s' % (method[3:], host.replace('-', '_')), test)
    return case


def contents(folder):
    """Everything in a folder: path -> bytes of a file, text of a link, None for a folder."""
    found = {}
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(place, name)
            if os.path.islink(path):
                found[os.path.relpath(path, folder)] = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, 'rb') as file:
                    found[os.path.relpath(path, folder)] = file.read()
            else:
                found[os.path.relpath(path, folder)] = None
    return found


class Recording(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='gpucheck-record-')
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.count = 0

    def fresh(self):
        """A path where nothing is."""
        self.count += 1
        return os.path.join(self.folder, 'record-%d' % self.count)

    def copy(self, host):
        """A root of its own."""
        place = self.fresh()
        shutil.copytree(built_root(host), place, symlinks=True)
        return place

    def run_it(self, *arguments, prefix=()):
        # The sanitizer's search for leaks does not go together with strace.
        env = environment(ASAN_OPTIONS='detect_leaks=0') if 'strace' in prefix else environment()
        done = subprocess.run([*prefix, gpucheck(), *arguments], capture_output=True, timeout=SECONDS, check=False,
                              stdin=subprocess.DEVNULL, env=env, cwd=self.folder)
        return Run(done.returncode, text(done.stdout), text(done.stderr))

    def record(self, root, *arguments, prefix=()):
        """The folder of a record that must come about, and what was said."""
        place = self.fresh()
        run = self.run_it('--root', root, '--record', place, *arguments, prefix=prefix)
        self.assertEqual((run.status, run.stdout), (0, ''), run.stderr)
        return place, run.stderr

    def arguments(self, host):
        """What the host is checked with; --strict is no matter of a record."""
        return [word for word in arguments_of(host) if word != '--strict']


def plan_changes(plan):
    """A plan without the lines of its diffs that stay: of a definition fewer are left in a record."""
    return CONTEXT.sub('', plan) if '\n@@ ' in plan else plan
