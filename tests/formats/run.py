#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of the formats, each read by the programs it is for, and of --merge.

    run.py --gpucheck PATH [NAME...]     NAME: part of a test's id

Closes with "N passed, N failed"; exit status 1 when something failed. "./dev test formats" fetches the readers first.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'vm'), os.path.join(HERE, '..', 'cli')]

import parallel

if __name__ == '__main__':
    sys.exit(parallel.main(HERE, workers=len(os.sched_getaffinity(0))))
