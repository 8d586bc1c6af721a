# SPDX-License-Identifier: GPL-2.0-or-later
"""A run for the host's part alone, against programs that tell a part of it: on the machine as it is, and on a recorded host
that has a card and the module indexes of a whole Debian kernel, where lspci is led to the same files.
"""
import os
import shutil
import tempfile

import measure
from table import Table

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = os.path.join(HERE, '../../fixtures/lab-vtd-guest/root')
OTHERS = ('lspci -nnk', 'virt-host-validate qemu', 'driverctl list-devices')
GOAL, LIMIT = 0.25, 0.5
RUNS = 60
# A record keeps of depmod's indexes only the lines of the host's own devices: so many more are in Debian 12's.
ALIASES, MODULES = 26000, 4300
KINDS = ('pci:v0000%04Xd0000%04Xsv*sd*bc*sc*i*', 'usb:v%04Xp%04Xd*dc*dsc*dp*ic*isc*ip*in*')


def lengthen_indexes(root):
    """As long as on a real host, with lines that fit no device there: vendors 0 to 15 are nobody's."""
    folder = os.path.join(root, 'lib/modules')
    folder = os.path.join(folder, os.listdir(folder)[0])
    with open(os.path.join(folder, 'modules.alias'), 'a', encoding='utf-8') as f:
        f.writelines('alias %s driver_%d\n' % (KINDS[number % 5 > 2] % (number % 16, number // 16), number % MODULES)
                     for number in range(ALIASES))
    with open(os.path.join(folder, 'modules.dep'), 'a', encoding='utf-8') as f:
        f.writelines('kernel/drivers/some/folder/driver_%d.ko: kernel/drivers/some/folder/driver_%d.ko kernel/lib/crc.ko\n'
                     % (number, number // 2) for number in range(MODULES))


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
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, 'root')
        shutil.copytree(RECORDED, root, symlinks=True)
        lengthen_indexes(root)
        own, *others = measure.medians(['%s --root %s -t display' % (gpucheck, root),
                                        'lspci -nnk -O sysfs.path=%s/sys/bus/pci' % root, OTHERS[1]], RUNS)
    compare(table, 'recorded host', own, zip(OTHERS, others))
    return [table]
