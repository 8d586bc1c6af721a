# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of docs/speed.md: printed as they are measured, and written there with --record."""
import os

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../docs/speed.md')


class Table:
    """name: of the section in the page. head: the columns; a row is texts, and whether it keeps its limit."""

    def __init__(self, name, head):
        self.name, self.head = name, head
        self.rows, self.kept = [], []

    def add(self, *cells, kept=True):
        self.rows.append([str(cell) for cell in cells])
        self.kept.append(kept)
        print('%s - %s: %s' % ('ok' if kept else 'not ok', self.name, ', '.join(
            '%s %s' % (column, cell) for column, cell in zip(self.head, self.rows[-1]) if cell)), flush=True)

    def markdown(self):
        lines = [self.head, ['---'] + ['--:'] * (len(self.head) - 1), *self.rows]
        return ''.join('| %s |\n' % ' | '.join(line) for line in lines)


def write_page(tables, machine):
    """Puts each between its marks, the others stay."""
    with open(PAGE, encoding='utf-8') as f:
        page = f.read()
    for table in tables:
        begin, end = ('<!-- %s: %s -->\n' % (word, table.name) for word in ('begin', 'end'))
        before, rest = page.split(begin)
        after = rest.split(end)[1]
        page = '%s%sOn %s:\n\n%s%s%s' % (before, begin, machine, table.markdown(), end, after)
    with open(PAGE, 'w', encoding='utf-8') as f:
        f.write(page)
