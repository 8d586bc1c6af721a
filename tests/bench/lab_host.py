# SPDX-License-Identifier: GPL-2.0-or-later
"""In the lab host: with the card in a running VM the whole chain against the guide's commands by hand, and with the VM off the
host's part alone against what tells a part of it. All of it is emulated: only ratios mean something, and they are harsher than
on a real host, where a system call is cheap and what waits for the guest costs nothing. The host has two processors, the least
that anybody passes a GPU on; the VM stays on the second.
"""
import dataclasses
import json
import os
import re
import shlex
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, '../lab'))

import alone                                            # pylint: disable=wrong-import-position
import first_boot                                       # pylint: disable=wrong-import-position
import image                                            # pylint: disable=wrong-import-position
from hardware import CARD, CARD_AUDIO                             # pylint: disable=wrong-import-position
from lab import install                                 # pylint: disable=wrong-import-position
from states import STATES                               # pylint: disable=wrong-import-position
from table import Table                                 # pylint: disable=wrong-import-position
from walk import Walk                                   # pylint: disable=wrong-import-position

# In no package of the image; what they need is there.
BROUGHT = ('hyperfine', 'driverctl')
RUNS, SECONDS = 10, 600
# As after each change of the initramfs: what it holds is not known from an earlier run.
FIRST = 'sh -c "rm /run/gpucheck/initramfs.json; exec gpucheck"'
GOAL = 0.5
PROCESSORS = {'cpus': 2, 'processor': 1}


def medians(machine, commands):
    """Seconds of each in the host, in one go of hyperfine."""
    words = ' '.join(map(shlex.quote, commands))
    machine.check('hyperfine -N -i --style none --warmup 2 --runs %d --export-json /tmp/result.json %s >/dev/null 2>&1'
                  % (RUNS, words), timeout=SECONDS)
    return [one['median'] for one in json.loads(machine.check('cat /tmp/result.json'))['results']]


def run(gpucheck):
    alone_table = Table('lab, host only', ['command', 'median', 'gpucheck takes of it', 'goal'])
    table = Table('lab', ['command', 'median', 'gpucheck takes of it', 'goal'])
    state = dataclasses.replace(next(state for state in STATES if state.name == 'guest'), **PROCESSORS)
    with Walk(image.ensure(first_boot.complete, None), 'vtd') as walk:
        machine = walk.reach(state)
        install(machine, gpucheck)
        for name in BROUGHT:
            machine.put(shutil.which(name), '/usr/local/bin/' + name, mode='755')
        by_hand = ['lspci -nnk', 'virsh dumpxml guest',
                   *('virsh nodedev-dumpxml pci_' + re.sub('[:.]', '_', function) for function in (CARD, CARD_AUDIO)),
                   'ssh root@%s lspci' % walk.vm.address]
        own, first, *others = medians(machine, ['gpucheck', FIRST, *by_hand])
        walk.vm.stop()
        alone_own, *alone_others = medians(machine, ['gpucheck -t display', *alone.OTHERS])
    alone.compare(alone_table, 'lab host', alone_own, zip(alone.OTHERS, alone_others))
    for name, seconds in zip(by_hand, others):
        table.add('`%s`' % name, '%.0f ms' % (1000 * seconds), '', '')
    ratio = own / sum(others)
    table.add('all by hand, both functions', '%.0f ms' % (1000 * sum(others)), '', '')
    table.add('`gpucheck`, the whole chain', '%.0f ms' % (1000 * own), '%.2f' % ratio, 'at most %.1f' % GOAL,
              kept=ratio <= GOAL)
    table.add('the same, and the first since the initramfs was built', '%.0f ms' % (1000 * first), '%.2f' % (first / sum(others)), '')
    return [alone_table, table]
