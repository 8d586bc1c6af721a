# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the documentation share: the pages, their blocks, their code spans and their links.

A comment on a line of its own names the block that follows; a reader does not see it:

    <!-- host: rtx3060-ready -->     the block is what gpucheck prints for that recorded host (excerpts.py)
    <!-- file: .gitlab-ci.yml -->    the block is that file, whole or the lines to add
    <!-- newcomer: install -->       the block is typed by ./dev newcomer
"""
import collections
import glob
import os
import re

from harness import SOURCE, read

# first: the number of the block's first line; last: of the one behind it, both from 0; indent: what precedes a line.
Block = collections.namedtuple('Block', 'page marker first last indent lines')
Marker = collections.namedtuple('Marker', 'kind value')

MARKER = re.compile(r'<!-- (\w+): (.+) -->')
FENCE = re.compile(r'(```+)\w*')
SPAN = re.compile(r'(?<!`)`([^`]+)`(?!`)')
LINK = re.compile(r'\[[^]]*\]\(([^)\s]+)\)')
HEADING = re.compile(r'#+ (.+)')


def pages():
    """Paths of the pages below the tree, README first."""
    found = ['README.md', 'CONTRIBUTING.md']
    for folder in ('docs', 'fixtures', 'tests/lab', 'tests/soak', 'fleet'):
        found += sorted(glob.glob(os.path.join(folder, '*.md'), root_dir=SOURCE))
    return found


def lines_of(page):
    return read(os.path.join(SOURCE, page)).splitlines()


def fenced_end(lines, start, fence):
    end = start + 1
    while end < len(lines) and lines[end].strip() != fence:
        end += 1
    return end


def indented_end(lines, start):
    end = start
    while end < len(lines) and (lines[end].startswith('    ') or not lines[end].strip()):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    return end


def marker_above(lines, start):
    """The marker of a block that starts at a line: on the line before it, or with one blank line between."""
    for line in (lines[start - 1:start] or ['']) + (lines[start - 2:start - 1] or ['']):
        found = MARKER.fullmatch(line)
        if found:
            return Marker(found[1], found[2])
        if line.strip():
            break
    return None


def blocks(page, lines=None):
    """The fenced and indented blocks of a page."""
    lines = lines_of(page) if lines is None else lines
    found, at = [], 0
    while at < len(lines):
        fence = FENCE.fullmatch(lines[at])
        if fence:
            end = fenced_end(lines, at, fence[1])
            found.append(Block(page, marker_above(lines, at), at + 1, end, '', lines[at + 1:end]))
            at = end + 1
        elif lines[at].startswith('    ') and (at == 0 or not lines[at - 1].strip() or MARKER.fullmatch(lines[at - 1])):
            end = indented_end(lines, at)
            found.append(Block(page, marker_above(lines, at), at, end, '    ', [line[4:] for line in lines[at:end]]))
            at = end
        else:
            at += 1
    return found


def marked(kind, page=None):
    """The blocks with a marker of a kind, on one page or on all."""
    return [block for one in ([page] if page else pages()) for block in blocks(one)
            if block.marker and block.marker.kind == kind]


def prose(page):
    """(line number from 1, line) of what is in no block."""
    lines = lines_of(page)
    inside = {number for block in blocks(page, lines) for number in range(block.first, block.last)}
    return [(number + 1, line) for number, line in enumerate(lines) if number not in inside]


def spans(page):
    """(line number, text) of every code span, also of one that a line break divides."""
    text = '\n'.join(line for _, line in prose(page))
    numbers = [number for number, _ in prose(page)]
    return [(numbers[text.count('\n', 0, found.start())], ' '.join(found[1].split())) for found in SPAN.finditer(text)]


def links(page):
    return [(number, target) for number, line in prose(page) for target in LINK.findall(SPAN.sub('', line))]


def anchors(page):
    """The anchors of a page's headings, as forges make them."""
    headings = (HEADING.fullmatch(line) for _, line in prose(page))
    return {re.sub(r'[^\w -]', '', heading[1].lower()).replace(' ', '-') for heading in headings if heading}
