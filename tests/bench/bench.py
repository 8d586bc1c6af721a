#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How fast gpucheck is, against what else tells the same: ratios of one run, each with its goal.

    tests/bench/bench.py --gpucheck PATH [--record] [SECTION...]

Without SECTION all of them: alone, functions, guests, costs, lab. --record writes the tables of docs/speed.md, and for
costs what the suite of that name holds a run against.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True

import alone                                            # pylint: disable=wrong-import-position
import costs                                            # pylint: disable=wrong-import-position
import functions                                        # pylint: disable=wrong-import-position
import lab_host                                         # pylint: disable=wrong-import-position
import many_guests                                      # pylint: disable=wrong-import-position
import measure                                          # pylint: disable=wrong-import-position
import table as tables                                  # pylint: disable=wrong-import-position

SECTIONS = {'alone': alone.run, 'functions': functions.run, 'guests': many_guests.run, 'costs': costs.run,
            'lab': lab_host.run}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--gpucheck', required=True, help='the program; the others lie beside it')
    parser.add_argument('--record', action='store_true', help='write docs/speed.md')
    parser.add_argument('sections', nargs='*', metavar='SECTION', help=' '.join(SECTIONS))
    options = parser.parse_args()
    unknown = set(options.sections) - set(SECTIONS)
    if unknown:
        parser.error('no such section: %s (there are %s)' % (' '.join(sorted(unknown)), ', '.join(SECTIONS)))
    gpucheck = os.path.abspath(options.gpucheck)
    if options.record and (not options.sections or 'costs' in options.sections):
        costs.write(costs.measured(gpucheck))
    done = [table for name in options.sections or SECTIONS for table in SECTIONS[name](gpucheck)]
    if options.record:
        tables.write_page(done, measure.machine())
    kept = [one for table in done for one in table.kept]
    print('%d passed, %d failed' % (sum(kept), len(kept) - sum(kept)))
    return 0 if all(kept) else 1


if __name__ == '__main__':
    sys.exit(main())
