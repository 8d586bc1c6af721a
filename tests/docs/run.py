#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run the tests of the documentation: its excerpts, links, names of checks and options, and its CI jobs.

    run.py --gpucheck PATH [NAME...]     NAME: part of a test's id
    run.py --gpucheck PATH --rewrite     write the excerpts of gpucheck's output anew

Closes with "N passed, N failed"; exit status 1 when something failed.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'vm'), os.path.join(HERE, '..', 'cli')]

import parallel


def rewrite(gpucheck):
    """What is left to a person is named."""
    os.environ['GPUCHECK'] = gpucheck
    import excerpts
    import pages
    left = [block for page in pages.pages() if excerpts.excerpts(page) for block in excerpts.rewrite(page)]
    for block in left:
        print('%s:%d: to be written by hand (lines left out, or a usage error): %s'
              % (block.page, block.first + 1, block.lines[0]))
    return 1 if left else 0


if __name__ == '__main__':
    if '--rewrite' in sys.argv:
        sys.exit(rewrite(sys.argv[sys.argv.index('--gpucheck') + 1]))
    sys.exit(parallel.main(HERE, workers=len(os.sched_getaffinity(0))))
