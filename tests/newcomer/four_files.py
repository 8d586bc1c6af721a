#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""CONTRIBUTING's "Add a check in four files", followed to the letter in a clone: they are enough, and all are needed.

Cloned is what is committed here; the clone is built from nothing, which takes a minute or two. Closes with "N passed, N
failed"; exit status 1 when something failed.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', name) for name in ('docs', 'cli')]

import pages
from harness import SOURCE

PAGE = 'CONTRIBUTING.md'
SECONDS = 1200
MOST = 6000  # characters of what failed
SUITES = ('tests/run.py', '--build', 'build/release', 'recorded', 'cli', 'docs')
# The part of them that looks for what is missing.
CONTRACT = ('tests/cli/run.py', '--gpucheck', 'build/release/gpucheck', 'test_contract')


def steps():
    """Each block of the page that is a file, or a line to add behind another: (path, line behind which or '', text)."""
    found = []
    for block in pages.blocks(PAGE):
        if not block.marker or block.marker.kind not in ('file', 'after'):
            continue
        path, _, behind = block.marker.value.partition(' ')
        found.append((path, behind, '\n'.join(block.lines) + '\n'))
    return found


class Clone:
    def __init__(self, folder):
        self.folder = folder
        subprocess.run(['git', 'clone', '--quiet', SOURCE, folder], check=True)

    def at(self, path):
        return os.path.join(self.folder, path)

    def add(self, path, behind, text):
        """Take one step; what was there before, or None."""
        place = self.at(path)
        if not behind:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, 'x', encoding='utf-8') as f:
                f.write(text)
            return None
        with open(place, encoding='utf-8') as f:
            before = f.read()
        lines = before.splitlines(keepends=True)
        line, = [number for number, one in enumerate(lines) if one.strip().startswith(behind)]
        lines.insert(line + 1, text)
        with open(place, 'w', encoding='utf-8') as f:
            f.writelines(lines)
        return before

    def take_back(self, path, before):
        if before is None:
            place = self.at(path)
            # A recorded host has its goldens beside it.
            shutil.rmtree(os.path.dirname(place)) if path.startswith('fixtures/') else os.unlink(place)
        else:
            with open(self.at(path), 'w', encoding='utf-8') as f:
                f.write(before)

    def does(self, *command):
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False, timeout=SECONDS)
        return done.returncode == 0, done.stdout

    def is_whole(self, *tests):
        """Whether it builds, and these tests pass."""
        for command in (('cmake', '--preset', 'release'), ('cmake', '--build', '--preset', 'release'), tests):
            good, output = self.does(*command)
            if not good:
                return False, output[-MOST:]
        return True, ''


def walk(clone, expect):
    taken = [(path, clone.add(path, behind, text)) for path, behind, text in steps()]
    expect('they are four', len(taken) == 4, taken)
    good, output = clone.does('./dev', 'goldens')
    expect('./dev goldens', good, output)
    expect('with all of them the suites pass', *clone.is_whole(*SUITES))
    reports, _ = clone.does('git', 'diff', '--quiet', '--', 'fixtures')
    expect('the goldens changed', not reports)
    for (path, before), (_, behind, text) in zip(taken, steps()):
        kept = tempfile.mkdtemp(dir=os.path.dirname(clone.folder))
        shutil.copytree(clone.at('fixtures'), os.path.join(kept, 'fixtures'), symlinks=True)
        clone.take_back(path, before)
        good, _ = clone.is_whole(*CONTRACT)
        expect('without %s something fails' % path, not good)
        clone.add(path, behind, text)
        shutil.rmtree(clone.at('fixtures'))
        shutil.move(os.path.join(kept, 'fixtures'), clone.at('fixtures'))


def main():
    counts = {True: 0, False: 0}

    def expect(what, good, output=''):
        print('%s: %s' % ('ok' if good else 'NOT OK', what), flush=True)
        if not good:
            print(output)
        counts[bool(good)] += 1

    with tempfile.TemporaryDirectory(prefix='gpucheck-four-files-', dir='/var/tmp') as folder:
        walk(Clone(os.path.join(folder, 'gpucheck')), expect)
    print('%d passed, %d failed' % (counts[True], counts[False]))
    return 1 if counts[False] or not counts[True] else 0


if __name__ == '__main__':
    sys.exit(main())
