# SPDX-License-Identifier: GPL-2.0-or-later
"""How often the tests run it, and the table of what they found."""

HEADINGS = ('what', 'runs', 'seconds', 'found')
runs = 300  # of what costs milliseconds; what asks a libvirt or a guest, which costs more, a part of them
rows = []


def share(part, least):
    return max(runs // part, least)


def add(what, count, seconds, found):
    rows.append((what, str(count), '%.1f' % seconds, found))


def show():
    widths = [max(len(row[column]) for row in (HEADINGS, *rows)) for column in range(4)]
    for row in (HEADINGS, *rows):
        print('  '.join(cell.rjust(width) if column in (1, 2) else cell.ljust(width)
                        for column, (cell, width) in enumerate(zip(row, widths))).rstrip())
