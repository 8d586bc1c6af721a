#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of what happens to a plan whose process dies, or whose system calls fail.

    run.py --gpucheck PATH [--full] [NAME...]     NAME: part of a test's id

Closes with "N passed, N failed"; exit status 1 when something failed. Above that, how many points were tried: all that
change something and some of the others, or, with --full, every system call and every error.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'cli')]

import discovery  # noqa: E402

MEMORY = '/dev/shm'  # thousands of small roots: a disk is many times slower
PROGRAMS = ('gpucheck', 'gpucheck-definitions')


def run_test(test):
    """'passed', 'failed' or 'skipped'; what is to be said of it is printed."""
    result = unittest.TestResult()
    begin = time.monotonic()
    test.run(result)
    for one in result.failures + result.errors:
        print('%s\n%s' % one)
    for one in result.unexpectedSuccesses:
        print('%s passes: it is no longer an expected failure' % one)
    for _, why in result.skipped:
        print('skipped: %s: %s' % (test.id(), why))
    print('%s: %.0f s' % (test.id(), time.monotonic() - begin), flush=True)
    return 'failed' if not result.wasSuccessful() else 'skipped' if result.skipped else 'passed'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--gpucheck', required=True, help='the program; the others lie beside it')
    parser.add_argument('--full', action='store_true', help='every system call, every error: many times slower')
    parser.add_argument('names', nargs='*', metavar='NAME', help="part of the tests' ids; default: all")
    options = parser.parse_args()
    if 'TMPDIR' not in os.environ and os.access(MEMORY, os.W_OK):
        os.environ['TMPDIR'] = MEMORY
    if options.full:
        os.environ['GPUCHECK_FAULTS_FULL'] = '1'
    work = tempfile.mkdtemp(prefix='gpucheck-faults-')
    os.environ['GPUCHECK'] = os.path.join(work, 'gpucheck')
    os.umask(0o022)
    results = []
    try:
        # Copies that a build meanwhile does not replace.
        for name in PROGRAMS:
            shutil.copy(os.path.join(os.path.dirname(os.path.abspath(options.gpucheck)), name), work)
        for test in discovery.tests_of(HERE):
            if not options.names or any(name in test.id() for name in options.names):
                results.append(run_test(test))
    finally:
        import hosts
        hosts.forget()
        shutil.rmtree(work)
    print('%d passed, %d failed' % (results.count('passed'), results.count('failed')))
    return 1 if 'failed' in results or not results else 0


if __name__ == '__main__':
    sys.exit(main())
