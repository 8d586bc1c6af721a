#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""No run costs a fifth more than what costs.json says: in system calls, and in instructions where Valgrind counts them.

A change that is worth more is written down by ./dev bench --record costs.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True

import costs                                            # pylint: disable=wrong-import-position


def is_sanitized(program):
    with open(program, 'rb') as f:
        return b'__asan_init' in f.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--gpucheck', required=True)
    gpucheck = os.path.abspath(parser.parse_args().gpucheck)
    if is_sanitized(gpucheck):
        print('skipped: a sanitizer costs more than what is measured\n0 passed, 0 failed')
        return 0
    failed = 0
    written, measured = costs.written(), costs.measured(gpucheck)
    for name in sorted(set(written) ^ set(measured)):
        failed += 1
        print('not ok - %s: write it down by ./dev bench --record costs' % name)
    for name in sorted(set(written) & set(measured)):
        grown = ['%s %.2f times' % (unit, now / then) for unit, now, then
                 in zip(('system calls', 'instructions'), measured[name], written[name]) if now > costs.MOST * then]
        failed += bool(grown)
        if grown:
            print('not ok - %s: %s what is written' % (name, ', '.join(grown)))
    print('%d passed, %d failed' % (len(measured) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
