# SPDX-License-Identifier: GPL-2.0-or-later
"""Excerpts of gpucheck's output: a block that begins with "$ gpucheck …" below a marker that names a recorded host.

Its commands are run as a reader would: by a shell, at a terminal of 80 columns, with a gpucheck that looks at that
host. A line "…" stands for any number of lines. The program's version is not compared.
"""
import difflib
import fcntl
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios

from harness import SOURCE, environment, gpucheck, text
import pages

SECONDS = 30
COLUMNS, ROWS = 80, 24
PROMPT = '$ '
LEFT_OUT = '…'
USAGE = "Try 'gpucheck --help'"
VERSION = re.compile(r'^gpucheck \d\S*')


def excerpts(page, lines=None):
    return [block for block in pages.blocks(page, lines) if block.marker and block.marker.kind == 'host']


def unmarked(page):
    """Blocks that show output and say of no host."""
    return [block for block in pages.blocks(page)
            if not block.marker and block.lines and block.lines[0].startswith(PROMPT + 'gpucheck')]


def program_for(folder, root):
    """A folder to put before PATH: its gpucheck looks at the root, and may change it."""
    path = os.path.join(folder, 'gpucheck')
    with open(path, 'w', encoding='utf-8') as f:
        f.write('#!/bin/sh\nexec %s --root %s "$@"\n' % (gpucheck(), root))
    os.chmod(path, 0o755)
    return folder


def at_terminal(command, folder, **env):
    """What a command of shell prints on a terminal, standard error too, with the folder as its own."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('4H', ROWS, COLUMNS, 0, 0))
    child = subprocess.Popen(['sh', '-c', 'exec 2>&1; ' + command], stdin=subprocess.DEVNULL, stdout=theirs,
                             env=environment(NO_COLOR='1', TERM='vt100', **env), cwd=folder)
    os.close(theirs)
    printed = b''
    try:
        while True:
            printed += os.read(ours, 65536)
    except OSError:  # EIO: nobody has the terminal any more
        pass
    finally:
        os.close(ours)
    child.wait(SECONDS)
    return text(printed).replace('\r\n', '\n').splitlines()


def commands(block):
    """The commands of a block, each without its prompt."""
    return [line[len(PROMPT):] for line in block.lines if line.startswith(PROMPT)]


def printed(block):
    """What the block should be: each of its commands, and what it prints."""
    fixture = os.path.join(SOURCE, 'fixtures', block.marker.value)
    lines = []
    with tempfile.TemporaryDirectory(prefix='gpucheck-docs-') as folder:
        root = os.path.join(folder, block.marker.value)
        if os.path.isdir(os.path.join(fixture, 'root')):
            subprocess.run(['cp', '-a', os.path.join(fixture, 'root'), root], check=True)
        else:
            subprocess.run([os.path.join(SOURCE, 'fixtures/mkroot.py'), fixture, root], check=True)
        path = program_for(folder, root) + ':' + os.environ.get('PATH', '/usr/bin:/bin')
        for command in commands(block):
            lines += [PROMPT + command, *(line.rstrip() for line in at_terminal(command, folder, PATH=path))]
    return lines


def without_version(lines):
    return [VERSION.sub('gpucheck VERSION', line) for line in lines]


def fits(wanted, got):
    """Whether the lines are those, "…" standing for any number of them."""
    if not wanted:
        return not got
    if wanted[0].strip() == LEFT_OUT:
        return any(fits(wanted[1:], got[start:]) for start in range(len(got) + 1))
    return bool(got) and wanted[0] == got[0] and fits(wanted[1:], got[1:])


def difference(block):
    """'' where the block is what gpucheck prints, else a diff."""
    wanted, got = without_version(line.rstrip() for line in block.lines), without_version(printed(block))
    while wanted and not wanted[-1]:
        wanted.pop()
    while got and not got[-1]:
        got.pop()
    if fits(wanted, got):
        return ''
    place = '%s:%d' % (block.page, block.first + 1)
    seen = 'gpucheck on fixtures/%s' % block.marker.value
    return '\n'.join(difflib.unified_diff(wanted, got, place, seen, lineterm=''))


def rewrite(page):
    """Write the page's excerpts anew; returns those left to a person: with lines left out, or a usage error."""
    lines, left = pages.lines_of(page), []
    for block in reversed(excerpts(page, lines)):
        if not difference(block):
            continue
        now = printed(block)
        if LEFT_OUT in map(str.strip, block.lines) or any(line.startswith(USAGE) for line in now):
            left.append(block)
            continue
        while not now[-1]:
            now.pop()
        lines[block.first:block.last] = [(block.indent + line).rstrip() for line in now]
    with open(os.path.join(SOURCE, page), 'w', encoding='utf-8') as f:
        f.write('\n'.join(lines) + '\n')
    return left
