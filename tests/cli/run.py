#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of the command line, class by class on all cores.

    run.py --gpucheck PATH [NAME...]     NAME: a test file without test_ and .py, a class, or part of a test's id

Prints what failed and closes with "N passed, N failed"; exit status 1 when something failed or nothing ran.
"""
import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import discovery  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
MEMORY = '/dev/shm'  # hundreds of small roots: a disk is many times slower


def load(names):
    """Ids of the wanted tests by class."""
    classes = {}
    for test in discovery.tests_of(HERE):
        if not names or any(name in test.id() for name in names):
            classes.setdefault('.'.join(test.id().split('.')[:-1]), []).append(test.id())
    return classes


def first_of_each(trouble):
    """One text for every test that failed: its first trouble, and how often the like of it follows."""
    by_test = {}
    for test, text in trouble:
        by_test.setdefault(getattr(test, 'test_case', test).id(), []).append('%s\n%s' % (test, text))
    return ['%s%s' % (texts[0], '(and %d more like this)\n' % (len(texts) - 1) if texts[1:] else '')
            for texts in by_test.values()]


def run_class(ids, everything):
    """Run the tests of one class: how many passed, texts of those that failed, and why others were skipped."""
    result = unittest.TestResult()
    unittest.TestLoader().loadTestsFromNames(ids).run(result)
    trouble = result.failures + result.errors
    failed = ['%s\n%s' % one for one in trouble] if everything else first_of_each(trouble)
    count = len({getattr(test, 'test_case', test).id() for test, _ in trouble})
    skipped = ['%s: %s' % (test.id(), why) for test, why in result.skipped]
    return result.testsRun - count - len(skipped), count, failed, skipped


def run_all(options):
    classes = load(options.names)
    passed = failed = 0
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        slow_first = sorted(classes.values(), key=lambda ids: 'measured' not in ids[0])
        for result in concurrent.futures.as_completed(pool.submit(run_class, ids, options.all) for ids in slow_first):
            good, bad, texts, skipped = result.result()
            passed, failed = passed + good, failed + bad
            for text in texts:
                print(text)
            for text in skipped:
                print('skipped: %s' % text)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


def copy_program(program, folder):
    """A copy that the user nobody may run too, and that a build meanwhile does not replace; with its helpers."""
    beside = os.path.dirname(program)
    for name in os.listdir(beside):
        path = os.path.join(beside, name)
        if name.startswith('gpucheck') and os.path.isfile(path) and os.access(path, os.X_OK):
            shutil.copy(path, folder)
    return os.path.join(folder, os.path.basename(program))


def main():
    parser = argparse.ArgumentParser(description='Run the tests of the command line.')
    parser.add_argument('--gpucheck', required=True, help='the program')
    parser.add_argument('--all', action='store_true', help='print every subtest that failed, not one of each test')
    parser.add_argument('names', nargs='*', metavar='NAME', help='part of the ids of the tests to run; default: all')
    options = parser.parse_args()
    sys.path.insert(0, HERE)
    work = tempfile.mkdtemp(prefix='gpucheck-cli-')
    memory = MEMORY if os.access(MEMORY, os.W_OK) else work
    roots = tempfile.mkdtemp(prefix='gpucheck-roots-', dir=memory)
    for folder in (work, roots):
        os.chmod(folder, 0o755)
    try:
        os.environ['GPUCHECK'] = copy_program(os.path.abspath(options.gpucheck), work)
        os.environ['GPUCHECK_ROOTS'] = roots
        tempfile.tempdir = memory
        return run_all(options)
    finally:
        shutil.rmtree(roots, ignore_errors=True)
        shutil.rmtree(work)


if __name__ == '__main__':
    sys.exit(main())
