# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan as gpucheck shows it: its parts, and what its diffs would make of the files."""
import re

TITLES = {'What is mended:': 'steps',
          'On the host itself these commands would follow; below --root none runs:': 'commands',
          'What waits for a reboot:': 'reboot', 'Left out without --allow-disruption:': 'withheld',
          'Refused:': 'refused', 'Only by hand:': 'by_hand'}
NOTHING = 'There is nothing to change.\n'
HUNK = re.compile(r'@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@')
NO_NEWLINE = '\\ No newline at end of file'


def unfolded(text):
    """The same words, whatever the width of the terminal that they were folded for."""
    return ' '.join(text.replace('\n    > ', '').split())


class Plan:
    """Lists of sentences by the names of TITLES, and diffs: path below the root -> lines of hunks."""

    def __init__(self, text):
        self.text = text
        self.diffs = {}
        for name in TITLES.values():
            setattr(self, name, [])
        self.read(text.splitlines())

    def read(self, lines):
        part, in_diff, at = [], False, 0
        while at < len(lines):
            line = lines[at]
            at += 1
            if line.startswith('--- ') and lines[at].startswith('+++ '):
                names = [one.split(' ', 1)[1] for one in (line, lines[at])]
                at += 1
                part, in_diff = self.diffs.setdefault(names[names[0] == '/dev/null'].lstrip('/'), []), True
            elif line in TITLES:
                part, in_diff = getattr(self, TITLES[line]), False
            elif in_diff and line or line.startswith('  '):
                part.append(line if in_diff else line[2:])
            else:
                part, in_diff = [], False

    def is_empty(self):
        return not (self.diffs or self.steps or self.commands)

    def about(self, check):
        """Whether a sentence of the plan's is about the check, in words that say what becomes of it."""
        return [one for one in self.steps + self.refused + self.reboot + self.withheld
                if re.match(re.escape(check) + r'\b', one)]


def patched(before, hunks):
    """The text that the hunks of a unified diff make of another one; ValueError when they do not fit."""
    old, new, at = before.splitlines(keepends=True), [], 0
    for line in hunks:
        head = HUNK.match(line)
        if head:
            start = int(head[1]) - (head[2] != '0')
            new += old[at:start]
            at = start
        elif line == NO_NEWLINE:
            if last != '-':
                new[-1] = new[-1].rstrip('\n')
        elif line[:1] in ' -':
            if at >= len(old) or old[at].rstrip('\n') != line[1:]:
                raise ValueError('the file does not have "%s"' % line[1:])
            new += [old[at]] if line[0] == ' ' else []
            at += 1
        elif line[:1] == '+':
            new.append(line[1:] + '\n')
        else:
            raise ValueError('no line of a diff: "%s"' % line)
        last = line[:1]
    return ''.join(new + old[at:])
