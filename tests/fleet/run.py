#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of the fleet: Ansible on this machine and hosts of its own, each a real sshd.

    run.py --gpucheck PATH [NAME...]     NAME: part of a test's id

Closes with "N passed, N failed"; exit status 1 when something failed. Everything happens in namespaces of its own
(network, mounts, processes), which the kernel takes down with whatever is in them, however this program ends. Where
they cannot be had, the tests that need hosts are skipped, and say so.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'cli')]

import discovery
import namespaces

MEMORY = '/dev/shm'
INSIDE = 'GPUCHECK_FLEET_WORK'


def run_tests(names):
    tests = discovery.tests_of(HERE)
    result = unittest.TestResult()
    unittest.TestSuite(one for one in tests if not names or any(name in one.id() for name in names)).run(result)
    for test, trouble in result.failures + result.errors:
        print('%s\n%s' % (test, trouble))
    for test, why in result.skipped:
        print('skipped: %s: %s' % (test, why))
    # What breaks in setUpClass is no test, and fails all of its class.
    failed = len({str(getattr(test, 'test_case', test)) for test, _ in result.failures + result.errors})
    broken = sum(not isinstance(test, unittest.TestCase) for test, _ in result.errors)
    print('%d passed, %d failed' % (result.testsRun - len(result.skipped) - failed + broken, failed))
    return 1 if failed or not result.testsRun else 0


def outside(options):
    """Run the tests in namespaces where those can be had; what they leave is removed."""
    why_not = namespaces.why_not()
    work = tempfile.mkdtemp(prefix='gpucheck-fleet-', dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
    environment = {**os.environ, INSIDE: work, 'GPUCHECK_ROOTS': os.path.join(work, 'roots'),
                   'GPUCHECK': os.path.abspath(options.gpucheck), namespaces.WHY_NOT: why_not}
    os.mkdir(environment['GPUCHECK_ROOTS'])
    command = [sys.executable, os.path.abspath(__file__), '--gpucheck', options.gpucheck, *options.names]
    try:
        return subprocess.run(command if why_not else namespaces.OWN + command, env=environment,
                              check=False).returncode
    finally:
        shutil.rmtree(work)


def main():
    parser = argparse.ArgumentParser(description='Run the tests of the fleet.')
    parser.add_argument('--gpucheck', required=True, help='the program; its build folder is what gets packaged')
    parser.add_argument('names', nargs='*', metavar='NAME', help="part of the tests' ids; default: all")
    options = parser.parse_args()
    return run_tests(options.names) if INSIDE in os.environ else outside(options)


if __name__ == '__main__':
    sys.exit(main())
