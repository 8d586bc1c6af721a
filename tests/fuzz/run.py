#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run every fuzz target over the inputs that are kept and those of the recorded hosts.

    tests/fuzz/run.py --build build/release [TARGET...]

What an input that fails shows: build/release/tests/fuzz/fuzz-replay TARGET FILE
"""
import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True

import seeds  # noqa: E402

CORPUS = pathlib.Path(__file__).resolve().parent / 'corpus'
SECONDS = 120


def targets_of(replay):
    said = subprocess.run([replay], stderr=subprocess.PIPE, text=True).stderr
    return [line.strip() for line in said.splitlines() if line.startswith('  ')]


def replay(program, target, folders):
    """How many inputs there were, and what was said where one failed."""
    try:
        done = subprocess.run([program, target] + [folder / target for folder in folders
                                                   if (folder / target).is_dir()],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return 0, 'not done within %d seconds' % SECONDS
    said = done.stdout.decode(errors='replace')
    inputs = int((re.findall(r'^(\d+) inputs$', said, re.M) or ['0'])[-1])
    if done.returncode:
        return inputs, 'ended with %d: %s' % (done.returncode, said.strip())
    return inputs, '' if inputs else 'has no input'


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, required=True)
    parser.add_argument('targets', nargs='*')
    arguments = parser.parse_args()
    program = arguments.build.resolve() / 'tests/fuzz/fuzz-replay'
    folder = arguments.build.resolve() / 'fuzz-seeds'
    seeds.bring_up_to_date(folder)
    targets = arguments.targets or targets_of(program)
    total = failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda target: replay(program, target, [folder, CORPUS]), targets)
    for target, (inputs, trouble) in zip(targets, results):
        total += inputs
        failed += bool(trouble)
        if trouble:
            print('%s: %s' % (target, trouble))
    print('%d inputs' % total)
    print('%d passed, %d failed' % (len(targets) - failed, failed))
    return 1 if failed or not targets else 0


if __name__ == '__main__':
    sys.exit(main())
