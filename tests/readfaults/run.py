#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of what happens when reading fails: a system call, or libvirtd.

    run.py --gpucheck PATH [--full] [NAME...]     NAME: part of a test's id

Closes with "N passed, N failed"; exit status 1 when something failed. Above that, how many points were tried: a share of
them, the same ones in every run, or, with --full, all.
"""
import os
import platform
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'vm'), os.path.join(HERE, '..', 'cli')]

import parallel

if __name__ == '__main__':
    if '--full' in sys.argv:
        sys.argv.remove('--full')
        os.environ['GPUCHECK_FAULTS_FULL'] = '1'
    if platform.machine() == 'x86_64':  # where it is built
        parallel.PROGRAMS = (*parallel.PROGRAMS, 'interfere')
    sys.exit(parallel.main(HERE, workers=len(os.sched_getaffinity(0)) + 1))
