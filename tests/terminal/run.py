#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of what people see: gpucheck in panes of a real tmux, and on terminals of every width.

    run.py --gpucheck PATH [--rewrite] [NAME...]     NAME: part of a test's id

--rewrite writes the goldens, goldens/NAME.txt, instead of running the tests. Closes with "N passed, N failed"; exit
status 1 when something failed. Without tmux its tests fail: ./dev installs it.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, *(os.path.join(HERE, '..', suite) for suite in ('guest', 'vm', 'cli'))]

import parallel

if __name__ == '__main__':
    if '--rewrite' in sys.argv:
        sys.argv.remove('--rewrite')
        os.environ['GPUCHECK_REWRITE'] = '1'
        sys.argv.append('test_goldens')
    sys.exit(parallel.main(HERE, workers=2 * len(os.sched_getaffinity(0))))
