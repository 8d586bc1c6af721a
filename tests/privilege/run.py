#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of what other users, and whoever starts gpucheck, can make it do as root: docs/threat-model.md.

    run.py --gpucheck PATH [NAME...]     NAME: part of a test's id

Closes with "N passed, N failed"; exit status 1 when something failed. Only root can become another user and mount over
this machine's folders (in a namespace of its own): for others those tests are skipped, and say so.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, *(os.path.join(HERE, '..', name) for name in ('guest', 'fix', 'vm', 'cli'))]

import parallel

if __name__ == '__main__':
    sys.exit(parallel.main(HERE, workers=2 * len(os.sched_getaffinity(0))))
