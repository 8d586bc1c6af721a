#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The newcomer's path: what README says between a clone and the first fix, typed into an empty Debian 12.

Cloned is what is committed here. The commands are README's own blocks, by their markers. Needs root, mmdebstrap and
some minutes. Closes with "N passed, N failed"; exit status 1 when something failed.
"""
import hashlib
import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE] + [os.path.join(HERE, '..', name) for name in ('docs', 'cli', 'lab')]

import debian_root
import pages
import test_ci
from harness import FAILED, PASSED, REFUSED, SOURCE

CLONE = '/home/%s/gpucheck' % debian_root.USER
HOST = '/tmp/host'  # where README puts the recorded host
PAGE = 'README.md'
MOST_LINES = 60  # of what apt and a build say, the last tell most


def commands(name):
    """The lines of README's block with that marker, without their remarks."""
    block, = [block for block in pages.marked('newcomer', PAGE) if block.marker.value == name]
    return [line.split('  #')[0].strip() for line in block.lines if line.strip()]


def tree_of(folder):
    """Path -> mode and contents of all that is below a folder, but for gpucheck's own notes in var."""
    found = {}
    for place, folders, files in os.walk(folder):
        if place == folder and 'var' in folders:
            folders.remove('var')
        for name in folders + files:
            path = os.path.join(place, name)
            status = os.lstat(path)
            what = os.readlink(path) if os.path.islink(path) else ''
            if os.path.isfile(path) and not what:
                with open(path, 'rb') as f:
                    what = hashlib.sha256(f.read()).hexdigest()
            found[os.path.relpath(path, folder)] = (status.st_mode, what)
    return found


class Walk:
    def __init__(self, root):
        self.root = root
        self.passed = self.failed = 0

    def expect(self, what, good, output=''):
        print('%s: %s' % ('ok' if good else 'NOT OK', what.replace('\n', '; ')), flush=True)
        if not good:
            print('\n'.join(str(output).splitlines()[-MOST_LINES:]))
        self.passed += bool(good)
        self.failed += not good
        return good

    def type(self, line, statuses, within=CLONE):
        """One line of README in the clone; whether its status is one of those that README lets expect."""
        status, output = self.root.run('cd %s; %s' % (within, line))
        self.expect('%s (status %d)' % (line, status), status in statuses, output)
        return output if status in statuses else None

    def clone(self):
        bundle = self.root.at('/tmp/gpucheck.bundle')
        subprocess.run(['git', '-C', SOURCE, 'bundle', 'create', '--quiet', bundle, 'HEAD'], check=True)
        return self.type('git clone --quiet /tmp/gpucheck.bundle gpucheck', [0], os.path.dirname(CLONE))

    def install(self):
        return all(self.type(line, [0]) is not None for line in commands('install'))

    def look(self):
        version = self.type('sudo gpucheck --version', [PASSED])
        self.expect('it is the package\'s', version and version.startswith('gpucheck '), version)
        # The machine below may have a GPU; a report and a clear refusal are both right.
        self.type(commands('run')[0], [PASSED, FAILED, REFUSED, 3])

    def mend(self):
        make, report = commands('try')
        dry_run, fix, undo = commands('fix')
        if self.type(make, [0]) is None:
            return
        before = tree_of(self.root.at(HOST))
        output = self.type(report, [FAILED]) or ''
        self.expect('the report names the broken link', 'not ok 4 - iommu.cmdline' in output, output)
        self.type(dry_run, [PASSED, FAILED, REFUSED])
        self.expect('nothing has changed', tree_of(self.root.at(HOST)) == before)
        output = self.type(fix, [PASSED, FAILED]) or ''
        after = tree_of(self.root.at(HOST))
        changed = {path for path in after if after[path] != before.get(path)}
        self.expect('it changed etc/kernel/cmdline alone', changed == {'etc/kernel/cmdline'}, changed)
        self.expect('the link is mended', 'ok 4 - iommu.cmdline' in output and 'not ok 4' not in output, output)
        self.type(undo, [PASSED, FAILED])
        self.expect('every byte is back', tree_of(self.root.at(HOST)) == before)

    def jobs(self):
        """The CI jobs of docs/ci.md with the package they install, over the recorded host, broken again."""
        self.root.run('cd %s; mkdir packages; cp build/package/gpucheck_*.deb packages' % CLONE)
        self.root.run('printf \'#!/bin/sh\\nexec /usr/sbin/gpucheck --root %s "$@"\\n\' >/tmp/gpucheck; '
                      'sudo install /tmp/gpucheck /usr/local/sbin' % HOST)
        for name in (test_ci.GITLAB, test_ci.GITHUB):
            for _, lines in test_ci.steps(name):
                # Only the step that installs passes: the others say what the check says.
                installs = 'apt-get' in lines and 'gpucheck --' not in lines
                self.type(lines, [PASSED if installs else FAILED])

    def remove(self):
        self.type('sudo apt-get purge gpucheck', [0])
        self.expect('no program is left', not os.path.exists(self.root.at('/usr/sbin/gpucheck')))


def main():
    if os.geteuid() != 0:
        sys.exit('tests/newcomer makes a Debian root: run it as root')
    root = debian_root.Root()
    with root:
        walk = Walk(root)
        if walk.clone() is not None and walk.install():
            walk.look()
            walk.mend()
            walk.jobs()
            walk.remove()
    print('%d passed, %d failed' % (walk.passed, walk.failed))
    return 1 if walk.failed or not walk.passed else 0


if __name__ == '__main__':
    sys.exit(main())
