# SPDX-License-Identifier: GPL-2.0-or-later
"""Time and memory by the number of PCI functions, against a program that only reads the same files."""
import contextlib
import os
import re
import subprocess
import tempfile

import measure
import scale
from table import Table

SIZES = {64: 60, 512: 60, 4096: 30, 65536: 10}     # runs of each
LARGE, LARGEST = 4096, 65536
RATIO, GROWTH, MEMORY = 1.3, 1.1, 64


@contextlib.contextmanager
def in_memory(*options):
    """A folder that is a file system in memory, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(['mount', '-t', 'tmpfs', *options, 'none', folder], check=True)
        try:
            yield folder
        finally:
            subprocess.run(['umount', folder], check=True)


def opened(command, root):
    """What it opens of a root's functions, each path without the root."""
    with tempfile.NamedTemporaryFile() as log:
        subprocess.run(['strace', '-f', '-o', log.name, '-e', 'trace=openat,openat2', *command],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        text = log.read().decode()
    return set(re.findall(r'"(?:%s/)?(sys/bus/pci/devices/[^"]*)"' % re.escape(root), text))


def check_same_files(table, own, least, root):
    """Else the two are not to be compared: ours opens what the other does, and a few files of the card more."""
    mine, other = opened(own, root), opened(least, root)
    table.add('files of functions that both open, of %d functions' % len(os.listdir(root + '/sys/bus/pci/devices')),
              len(mine & other), 'only gpucheck: %d, only the other: %d' % (len(mine - other), len(other - mine)), '', '',
              kept=not other - mine and len(mine - other) < 100)


def run(gpucheck):
    table = Table('functions', ['functions', 'gpucheck', 'reads the same files', 'ratio', 'peak'])
    least = os.path.join(os.path.dirname(gpucheck), 'tests/read-files')
    cost = {}
    # nodev: elsewhere gpucheck looks at each file below a root before it opens it, since it may be a device.
    with in_memory('-o', 'nodev') as folder:
        for size, runs in SIZES.items():
            root = os.path.join(folder, str(size))
            scale.make_root(root, size)
            own = [gpucheck, '--root', root, '--format', 'json']
            mine, other = measure.medians([' '.join(own), '%s %s' % (least, root)], runs)
            memory = measure.peak(own)
            cost[size] = mine / size
            table.add('{:,}'.format(size), '%.1f ms' % (1000 * mine), '%.1f ms' % (1000 * other), '%.2f' % (mine / other),
                      '%.1f MiB' % memory, kept=memory <= MEMORY and (size != LARGEST or mine / other <= RATIO))
            if size == LARGE:
                check_same_files(table, own, [least, root], root)
    with in_memory() as folder:
        root = os.path.join(folder, 'root')
        scale.make_root(root, LARGEST)
        mine, other = measure.medians(['%s --root %s --format json' % (gpucheck, root), '%s %s' % (least, root)],
                                      SIZES[LARGEST])
        table.add('{:,}, where devices can be'.format(LARGEST), '%.1f ms' % (1000 * mine), '%.1f ms' % (1000 * other),
                  '%.2f' % (mine / other), '')
    grown = cost[LARGEST] / cost[LARGE]
    table.add('{:,} against {:,}'.format(LARGEST, LARGE), 'a function costs %.2f times' % grown, '', '', '',
              kept=grown <= GROWTH)
    return [table]
