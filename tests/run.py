#!/usr/bin/python3
"""Run every test suite against one build; the last line counts them all.

    tests/run.py --build build/release [SUITE...]
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent

# Each suite is a program that closes with "N passed, N failed", or as Check or unittest do.
SUITES = {
    'unit': lambda build: [build / 'tests/unit'],
    'recorded': lambda build: [TESTS / 'recorded/recorded.py', '--gpucheck', build / 'gpucheck',
                               '--work', build / 'recorded'],
    'cli': lambda build: [TESTS / 'cli/run.py', '--gpucheck', build / 'gpucheck'],
    'formats': lambda build: [TESTS / 'formats/run.py', '--gpucheck', build / 'gpucheck'],
    'fix': lambda build: [TESTS / 'fix/run.py', '--gpucheck', build / 'gpucheck'],
    'faults': lambda build: [TESTS / 'faults/run.py', '--gpucheck', build / 'gpucheck'],
    'readfaults': lambda build: [TESTS / 'readfaults/run.py', '--gpucheck', build / 'gpucheck'],
    'record': lambda build: [TESTS / 'record/run.py', '--gpucheck', build / 'gpucheck'],
    'vm': lambda build: [TESTS / 'vm/run.py', '--gpucheck', build / 'gpucheck'],
    'guest': lambda build: [TESTS / 'guest/run.py', '--gpucheck', build / 'gpucheck'],
    'hostile': lambda build: [TESTS / 'hostile/run.py', '--gpucheck', build / 'gpucheck'],
    'package': lambda build: [TESTS / 'package/run.py', '--gpucheck', build / 'gpucheck'],
    'terminal': lambda build: [TESTS / 'terminal/run.py', '--gpucheck', build / 'gpucheck'],
    'privilege': lambda build: [TESTS / 'privilege/run.py', '--gpucheck', build / 'gpucheck'],
    'soak': lambda build: [TESTS / 'soak/soak.py', '--gpucheck', build / 'gpucheck'],
    'docs': lambda build: [TESTS / 'docs/run.py', '--gpucheck', build / 'gpucheck'],
    'fuzz': lambda build: [TESTS / 'fuzz/run.py', '--build', build],
    'cost': lambda build: [TESTS / 'bench/test_costs.py', '--gpucheck', build / 'gpucheck'],
    'lab': lambda build: [TESTS / 'lab/test_lab.py'],
    'fleet': lambda build: [TESTS / 'fleet/run.py', '--gpucheck', build / 'gpucheck'],
}
# Check ends a test after four seconds; that is meant for one that hangs, not for a sanitizer on a busy machine.
ENVIRONMENT = {'CK_TIMEOUT_MULTIPLIER': '10', **os.environ}
CLOSING = re.compile(r'^(\d+) passed, (\d+) failed', re.M)
CHECK_CLOSING = re.compile(r'^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)', re.M)
UNITTEST_CLOSING = re.compile(r'^Ran (\d+) tests? in .*\n+(?:OK|FAILED)(.*)$', re.M)


def count(text):
    """(passed, failed) of a suite's closing line; none is a failure."""
    found = CLOSING.findall(text)
    if found:
        return int(found[-1][0]), int(found[-1][1])
    found = CHECK_CLOSING.findall(text)
    if found:
        checks, failures, errors = map(int, found[-1])
        return checks - failures - errors, failures + errors
    found = UNITTEST_CLOSING.findall(text)
    if found:
        failed = sum(map(int, re.findall(r'(?:failures|errors)=(\d+)', found[-1][1])))
        return int(found[-1][0]) - failed, failed
    return 0, 1


def run_suite(name, build):
    print('== %s' % name, flush=True)
    done = subprocess.run([str(word) for word in SUITES[name](build)], text=True,
                          env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout, end='', flush=True)
    passed, failed = count(done.stdout)
    if done.returncode and not failed:
        failed = 1
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, required=True)
    parser.add_argument('suites', nargs='*', metavar='SUITE', help=' '.join(SUITES))
    arguments = parser.parse_args()
    unknown = set(arguments.suites) - set(SUITES)
    if unknown:
        parser.error('no such suite: %s' % ' '.join(sorted(unknown)))
    results = [run_suite(name, arguments.build.resolve()) for name in arguments.suites or SUITES]
    passed, failed = (sum(column) for column in zip(*results))
    print('\n%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
