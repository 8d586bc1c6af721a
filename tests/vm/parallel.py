# SPDX-License-Identifier: GPL-2.0-or-later
"""A suite's runner: every test a task of its own, several side by side; prints what failed and how many passed."""
import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile
import unittest

MEMORY = '/dev/shm'  # hundreds of small roots: a disk is many times slower
PROGRAMS = ('gpucheck', 'gpucheck-libvirt', 'gpucheck-definitions', 'gpucheck-guest', 'gpucheck-initramfs',
            'vm-changes')


def tests_in(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from tests_in(one)
        else:
            yield one.id()


def run_test(name):
    """The test's id, its troubles, and why it was skipped."""
    result = unittest.TestResult()
    unittest.TestLoader().loadTestsFromName(name).run(result)
    trouble = ['%s\n%s' % one for one in result.failures + result.errors]
    return name, trouble, [why for _, why in result.skipped]


def run_all(names, workers):
    passed = failed = 0
    with concurrent.futures.ProcessPoolExecutor(workers) as pool:
        for done in concurrent.futures.as_completed(pool.submit(run_test, name) for name in names):
            name, trouble, skipped = done.result()
            failed += bool(trouble)
            passed += not trouble and not skipped
            for text in trouble:
                print(text)
            for why in skipped:
                print('skipped: %s: %s' % (name, why))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not names else 0


def main(folder, workers):
    """Run the tests in a folder with the programs beside --gpucheck."""
    parser = argparse.ArgumentParser(description='Run the tests in %s.' % os.path.basename(folder))
    parser.add_argument('--gpucheck', required=True, help='the program; the others lie beside it')
    parser.add_argument('names', nargs='*', metavar='NAME', help="part of the tests' ids; default: all")
    options = parser.parse_args()
    if 'TMPDIR' not in os.environ and os.access(MEMORY, os.W_OK):
        os.environ['TMPDIR'] = MEMORY
    tests = sorted(tests_in(unittest.TestLoader().discover(folder, 'test_*.py', folder)))
    work = tempfile.mkdtemp(prefix='gpucheck-tests-')
    os.chmod(work, 0o755)
    try:
        # Copies that the user nobody may run too, and that a build meanwhile does not replace.
        for name in PROGRAMS:
            shutil.copy(os.path.join(os.path.dirname(os.path.abspath(options.gpucheck)), name), work)
        os.environ['GPUCHECK'] = os.path.join(work, 'gpucheck')
        os.environ['GPUCHECK_ROOTS'] = os.path.join(work, 'roots')
        os.mkdir(os.environ['GPUCHECK_ROOTS'], 0o755)
        wanted = [name for name in tests if not options.names or any(part in name for part in options.names)]
        return run_all(wanted, workers)
    finally:
        shutil.rmtree(work)
