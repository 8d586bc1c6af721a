#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests about guests, each a real sshd on loopback.

    run.py --gpucheck PATH [NAME...]     NAME: part of a test's id

Closes with "N passed, N failed"; exit status 1 when something failed. Only root may mount the folders of a guest over
those of this machine (in a namespace of its own): for others every test is skipped, and says so.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'vm'), os.path.join(HERE, '..', 'cli')]

import parallel

if __name__ == '__main__':
    # Most of them wait for a time limit.
    sys.exit(parallel.main(HERE, workers=6 * len(os.sched_getaffinity(0))))
