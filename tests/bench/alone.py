# SPDX-License-Identifier: GPL-2.0-or-later
"""A run for the host's part alone, against programs that tell a part of it: on the machine as it is."""
import measure
from table import Table

OTHERS = ('lspci -nnk', 'virt-host-validate qemu', 'driverctl list-devices')
GOAL, LIMIT = 0.25, 0.5
RUNS = 60


def compare(table, where, own, others):
    """own, others: seconds; a row for each of them."""
    table.add('%s: `gpucheck -t display`' % where, '%.1f ms' % (1000 * own), '', '')
    for name, seconds in others:
        ratio = own / seconds
        table.add('%s: `%s`' % (where, name), '%.1f ms' % (1000 * seconds), '%.2f' % ratio,
                  'at most %.2f' % GOAL, kept=ratio <= LIMIT)


def run(gpucheck):
    table = Table('alone', ['command', 'median', 'gpucheck takes of it', 'goal'])
    own, *others = measure.medians(['%s -t display' % gpucheck, *OTHERS], RUNS)
    compare(table, 'this machine', own, zip(OTHERS, others))
    return [table]
