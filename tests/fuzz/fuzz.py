#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Fuzz the parsers: each target for its share of the time, two at once.

    ./dev fuzz [--seconds N | --runs N] [--jobs N] [--keep] [--record] [TARGET...]

What is found new stays in build/fuzz/corpus, what breaks a promise in build/fuzz/crashes. --keep copies the
small ones of it that reach more than the inputs in the tree do to tests/fuzz/corpus. --record adds the runs
since the last --record to the counts in docs/fuzzing.md, and measures what the inputs of these targets reach.
With --runs 0 nothing is run before.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import coverage  # noqa: E402
import seeds  # noqa: E402

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
KEPT = TREE / 'tests/fuzz/corpus'
INPUT_SECONDS = 10   # an input that takes longer hangs
MEMORY = 1024        # MiB, with what the sanitizers take
# Twice as fast as usual: an allocation is known by its innermost callers.
SANITIZER = 'malloc_context_size=3:quarantine_size_mb=16'
KEPT_FILES, KEPT_BYTES = 12, 2048  # of a target, and of a file
ROW = '%-18s %12s %9s %7s  %s'


class Work:
    """The folders of one build."""

    def __init__(self, build):
        self.build = build
        self.seeds, self.corpus, self.crashes = build / 'seeds', build / 'corpus', build / 'crashes'
        self.tally = build / 'tally.json'

    def targets(self):
        return sorted(path.name[len('fuzz-'):] for path in (self.build / 'tests/fuzz').glob('fuzz-*'))

    def folders(self, target):
        """Where its inputs are; what is new goes to the first."""
        folders = [self.corpus / target, KEPT / target, self.seeds / target]
        folders[0].mkdir(parents=True, exist_ok=True)
        return [folder for folder in folders if folder.is_dir()]

    def read_tally(self):
        return json.loads(self.tally.read_text()) if self.tally.exists() else {}

    def count(self, results):
        tally = self.read_tally()
        for target, result in results.items():
            one = tally.setdefault(target, {'runs': 0, 'seconds': 0, 'edges': 0, 'failures': 0})
            one['runs'] += result['runs']
            one['seconds'] += result['seconds']
            one['edges'] = max(one['edges'], result['edges'])
            one['failures'] += bool(result['trouble'])
        self.tally.write_text(json.dumps(tally, indent=2) + '\n')

    def forget_tally(self):
        self.tally.unlink(missing_ok=True)


def last_number(pattern, text):
    return int((re.findall(pattern, text) or ['0'])[-1])


def fuzz(work, target, options):
    work.crashes.mkdir(parents=True, exist_ok=True)
    command = [work.build / 'tests/fuzz' / ('fuzz-' + target), *options, '-timeout=%d' % INPUT_SECONDS,
               '-rss_limit_mb=%d' % MEMORY, '-print_final_stats=1',
               '-artifact_prefix=%s/%s-' % (work.crashes, target), *work.folders(target)]
    begin = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, 'ASAN_OPTIONS': SANITIZER})
    said = done.stdout.decode(errors='replace')
    trouble = ''
    if done.returncode:
        found = re.findall(r'^(?:.*not so: .*|SUMMARY: .*|.*ERROR: .*|Test unit written to .*)$', said, re.M)
        trouble = '; '.join(dict.fromkeys(line.strip() for line in found)) or said[-300:]
    return {'runs': last_number(r'stat::number_of_executed_units: (\d+)', said),
            'speed': last_number(r'stat::average_exec_per_sec: +(\d+)', said),
            'seconds': time.monotonic() - begin,
            'edges': last_number(r' cov: (\d+)', said), 'trouble': trouble}


def run_all(work, targets, options, jobs):
    results = {}
    print(ROW % ('target', 'executions', 'a second', 'edges', ''), flush=True)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {pool.submit(fuzz, work, target, options): target for target in targets}
        for done in concurrent.futures.as_completed(running):
            target, result = running[done], done.result()
            results[target] = result
            print(ROW % (target, result['runs'], result['speed'], result['edges'], result['trouble']),
                  flush=True)
            work.count({target: result})
    return results


def keep(work, target):
    """What libFuzzer's merge adds to the inputs that are there already, the smallest first."""
    with tempfile.TemporaryDirectory() as folder:
        merged = pathlib.Path(folder)
        for known in work.folders(target)[1:]:
            for path in known.iterdir():
                shutil.copyfile(path, merged / path.name)
        known = set(merged.iterdir())
        subprocess.run([work.build / 'tests/fuzz' / ('fuzz-' + target), '-merge=1', merged,
                        work.corpus / target], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        new = sorted(set(merged.iterdir()) - known, key=lambda path: (path.stat().st_size, path.name))
        place = KEPT / target
        place.mkdir(parents=True, exist_ok=True)
        for path in new[:max(0, KEPT_FILES - len(list(place.iterdir())))]:
            if path.stat().st_size <= KEPT_BYTES:
                shutil.copyfile(path, place / path.name[:16])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument('--coverage-build', type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument('--seconds', type=int, default=600, help='for all targets together [600]')
    parser.add_argument('--runs', type=int, help='of each target, instead')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--keep', action='store_true', help='copy what reaches more to tests/fuzz/corpus')
    parser.add_argument('--record', action='store_true', help='add what ran to docs/fuzzing.md')
    parser.add_argument('targets', nargs='*', metavar='TARGET')
    arguments = parser.parse_args()
    work = Work(arguments.build.resolve())
    targets = arguments.targets or work.targets()
    unknown = set(targets) - set(work.targets())
    if unknown:
        parser.error('no such target: %s' % ' '.join(sorted(unknown)))
    seeds.bring_up_to_date(work.seeds)
    share = max(1, arguments.seconds * arguments.jobs // len(targets))
    options = ['-runs=%d' % arguments.runs] if arguments.runs else ['-max_total_time=%d' % share]
    results = run_all(work, targets, options, arguments.jobs) if arguments.runs != 0 else {}
    failed = [target for target in results if results[target]['trouble']]
    print('%d executions of %d targets, %d edges, %d of them failed'
          % (sum(result['runs'] for result in results.values()), len(results),
             sum(result['edges'] for result in results.values()), len(failed)))
    for target in targets if arguments.keep else []:
        keep(work, target)
    if arguments.record:
        coverage.write(TREE / 'docs/fuzzing.md', work, arguments.coverage_build.resolve())
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
