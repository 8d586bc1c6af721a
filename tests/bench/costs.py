# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run costs in system calls and instructions: no other load changes them, so that a test can watch them."""
import json
import os
import shutil
import subprocess
import tempfile

import alone
import measure
import scale
from table import Table

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, '../../fixtures')
WRITTEN = os.path.join(HERE, 'costs.json')
MOST = 1.2
READY, SEEN, GROUPS = 'rtx3060-ready', 'rtx3060-seen-by-the-guest', 'epyc-a100-group-of-bridges'
LONG = 'long indexes'
# Name, its root, its arguments. A root that is a number has so many functions.
RUNS = (
    ('host only', READY, ['-t', 'display']),
    ('whole chain, TAP', SEEN, []),
    ('whole chain, text', SEEN, ['--format', 'text']),
    ('whole chain, JSON', SEEN, ['--format', 'json']),
    ('whole chain, JUnit', SEEN, ['--format', 'junit']),
    ('a server of many functions', GROUPS, []),
    ('the plan of a fix', 'rtx3060-vtd-off-by-argument', ['--fix', '--dry-run']),
    ('a host with long module indexes', LONG, ['-t', 'display']),
    ('4,096 functions', 4096, ['-t', 'display']),
    ('the list of checks', READY, ['--list']),
)


def make_root(which, folder):
    root = os.path.join(folder, str(which))
    if os.path.exists(root):
        return root
    if which == LONG:
        shutil.copytree(alone.RECORDED, root, symlinks=True)
        alone.lengthen_indexes(root)
        # Else the names come from what this machine has, udev's index or the whole of pci.ids.
        os.makedirs(os.path.join(root, 'usr/share/misc'), exist_ok=True)
        shutil.copy(os.path.join(FIXTURES, 'pci.ids'), os.path.join(root, 'usr/share/misc'))
    elif isinstance(which, int):
        scale.make_root(root, which)
    else:
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), os.path.join(FIXTURES, which, 'host'), root], check=True)
    return root


def measured(gpucheck):
    """Name: (system calls, instructions)."""
    preload = os.path.join(os.path.dirname(gpucheck), 'tests/libopenat2.so')
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, which, arguments in RUNS:
            command = [gpucheck, '--root', make_root(which, folder), *arguments]
            costs[name] = measure.system_calls(command), measure.instructions(command, preload)
    return costs


def written():
    with open(WRITTEN, encoding='utf-8') as f:
        return json.load(f)


def write(costs):
    with open(WRITTEN, 'w', encoding='utf-8') as f:
        json.dump(costs, f, indent=2)
        f.write('\n')


def run(gpucheck):
    table = Table('costs', ['a run', 'system calls', 'instructions', 'against what is written'])
    before = written() if os.path.exists(WRITTEN) else {}
    for name, now in measured(gpucheck).items():
        then = before.get(name, now)
        ratios = [one / other for one, other in zip(now, then)]
        table.add(name, '{:,}'.format(now[0]), '%.1f million' % (now[1] / 1e6), '%.2f, %.2f' % tuple(ratios),
                  kept=max(ratios) <= MOST)
    return [table]
