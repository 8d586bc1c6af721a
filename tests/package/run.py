#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Build the Debian package of this tree, and run the tests about it.

    run.py --gpucheck PATH [NAME...]     NAME: part of a test's id

The package is built into the folder package beside the program. Only root may install it into a root of its own: for
others those tests are skipped, and say so.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
MEMORY = '/dev/shm'  # a small Debian is written and removed
sys.path[:0] = [str(HERE), str(HERE.parent / 'cli')]


def git_status():
    return subprocess.run(['git', 'status', '--short'], cwd=TREE, capture_output=True, text=True, check=True).stdout


def build(folder):
    """The package, and the same under a higher version."""
    before = git_status()
    version = re.match(r'gpucheck \((.*)\)', (TREE / 'debian/changelog').read_text())[1]
    subprocess.run([TREE / 'packaging/build', folder], check=True)
    subprocess.run([TREE / 'packaging/build', folder, version + '+1'], check=True)
    if git_status() != before:
        sys.exit('building the package changed the checkout:\n%s' % git_status())


def tests_in(suite, names):
    found = unittest.TestSuite()
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            found.addTest(tests_in(one, names))
        elif not names or any(name in one.id() for name in names):
            found.addTest(one)
    return found


def main():
    parser = argparse.ArgumentParser(description='Build the package and test it.')
    parser.add_argument('--gpucheck', required=True, help='the program')
    parser.add_argument('names', nargs='*', metavar='NAME', help="part of the tests' ids; default: all")
    options = parser.parse_args()
    program = pathlib.Path(options.gpucheck).resolve()
    build(program.parent / 'package')
    os.environ['GPUCHECK'] = str(program)
    os.environ['GPUCHECK_PACKAGE'] = str(program.parent / 'package')
    if 'TMPDIR' not in os.environ and os.access(MEMORY, os.W_OK):
        tempfile.tempdir = MEMORY
    suite = tests_in(unittest.TestLoader().discover(HERE, 'test_*.py', HERE), options.names)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == '__main__':
    sys.exit(main())
