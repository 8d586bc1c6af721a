#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests about hostile guests, records and reports.

    run.py --gpucheck PATH [--all] [NAME...]     NAME: part of a test's id

Every peer, path and way is tried; of their combinations a fixed sample, or all of them with --all (an hour). Closes with
"N passed, N failed"; exit status 1 when something failed. Only root may make devices and mount namespaces: for others
the tests that want them are skipped, and say so.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, *(os.path.join(HERE, '..', name) for name in ('guest', 'vm', 'cli'))]

import parallel

if __name__ == '__main__':
    if '--all' in sys.argv:
        sys.argv.remove('--all')
        os.environ['HOSTILE'] = 'all'
    # The guests' tests wait for time limits.
    sys.exit(parallel.main(HERE, workers=4 * len(os.sched_getaffinity(0))))
