#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run gpucheck thousands of times, and look at what adds up: memory, descriptors, threads, processes, files.

    soak.py --gpucheck PATH [--runs N] [NAME...]     NAME: part of a test's id

Prints a table and closes with "N passed, N failed"; README.md beside this file says what is run.
"""
import argparse
import os
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, *(os.path.join(HERE, '..', name) for name in ('faults', 'guest', 'vm', 'cli'))]
MEMORY = '/dev/shm'  # the roots: a disk is many times slower


def tests_in(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from tests_in(one)
        else:
            yield one


def run_test(test):
    """'passed', 'failed' or 'skipped'; what is to be said of it is printed."""
    result, begin = unittest.TestResult(), time.monotonic()
    test.run(result)
    for one in result.failures + result.errors:
        print('%s\n%s' % one)
    for _, why in result.skipped:
        print('skipped: %s: %s' % (test.id(), why))
    print('%s: %.0f s' % (test.id(), time.monotonic() - begin), flush=True)
    return 'failed' if not result.wasSuccessful() else 'skipped' if result.skipped else 'passed'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--gpucheck', required=True, help='the program; soak-runs and the others lie beside it')
    parser.add_argument('--runs', type=int, default=300, help='below a root; default: 300')
    parser.add_argument('names', nargs='*', metavar='NAME', help="part of the tests' ids; default: all")
    options = parser.parse_args()
    os.environ['GPUCHECK'] = os.path.abspath(options.gpucheck)
    if 'TMPDIR' not in os.environ and os.access(MEMORY, os.W_OK):
        tempfile.tempdir = os.environ['TMPDIR'] = MEMORY
    import table
    table.runs = options.runs
    results = [run_test(test) for test in tests_in(unittest.TestLoader().discover(HERE, 'test_*.py', HERE))
               if not options.names or any(name in test.id() for name in options.names)]
    import hosts
    hosts.forget()
    table.show()
    print('%d passed, %d failed' % (results.count('passed'), results.count('failed')))
    return 1 if 'failed' in results or not results else 0


if __name__ == '__main__':
    sys.exit(main())
