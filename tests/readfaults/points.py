# SPDX-License-Identifier: GPL-2.0-or-later
"""The system calls with which a run reads, and runs in which one of them fails (interfere.c).

A point is one call of one program and what becomes of it: an error, or fewer bytes than were asked for.
"""
import collections
import errno
import os
import subprocess
import tempfile
import zlib

from harness import Run, environment, gpucheck, text

FULL = bool(os.environ.get('GPUCHECK_FAULTS_FULL'))
SHARE = 6  # one in so many points, unless all are wanted
SECONDS = 120  # against what never ends, on a machine that has much else to do

ERRORS = ('ENOENT', 'EACCES', 'EIO', 'EINTR')
ERRORS_OF_OPENING = (*ERRORS, 'EAGAIN', 'ENOMEM', 'EMFILE')
OPENING = ('openat2', 'openat')
# Bytes that are left of a buffer: one of a file; of a folder what the longest name here needs.
SHORT = {'read': 1, 'pread64': 1, 'recvfrom': 1, 'getdents64': 96}

# path: within the root, or None for what is not below it; result: what the call returned in a healthy run.
Call = collections.namedtuple('Call', 'program name number result about path')
Point = collections.namedtuple('Point', 'call what')


def interfere():
    return os.path.join(os.path.dirname(gpucheck()), 'interfere')


def argument_of(point):
    """As interfere wants it."""
    call = point.call
    what = '+%d' % SHORT[call.name] if point.what == 'short' else '%d' % getattr(errno, point.what)
    return '%s:%s:%d:%s' % (call.program, call.name, call.number, what)


def run(point, *arguments):
    """The run, and the lines of interfere's log: of a point its own, and of what was opened after it."""
    with tempfile.NamedTemporaryFile(prefix='gpucheck-calls-') as log:
        command = [interfere(), log.name, argument_of(point) if point else '-', gpucheck(), *arguments]
        # The leak checker cannot work under a tracer.
        env = environment()
        env['ASAN_OPTIONS'] += ':detect_leaks=0'
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=env, timeout=SECONDS,
                                  check=False)
        except subprocess.TimeoutExpired:
            raise AssertionError('no end in %d s' % SECONDS) from None
        lines = log.read().decode('utf-8', 'replace').splitlines()
    return Run(done.returncode, text(done.stdout), text(done.stderr)), lines


def calls_of(root, *arguments):
    """The healthy run, and its calls from the first that has to do with the root.

    A descriptor's path is where links led to; what was asked for was the path of the last opening before it.
    """
    healthy, lines = run(None, '--root', root, *arguments)
    calls, opened = [], None
    for line in lines:
        program, name, number, result, about = line.split('\t')
        if not calls and about != '|' + root:
            continue
        folder, bar, path = about.partition('|')
        if bar and folder == root and name in OPENING:
            opened = path
        elif about.startswith(root + '/') and opened:
            path = opened
        else:
            path = None
        calls.append(Call(program, name, int(number), int(result), about, path))
    return healthy, calls


def points_of(calls):
    for call in calls:
        for error in ERRORS_OF_OPENING if call.name in OPENING else ERRORS:
            yield Point(call, error)
        if call.result > SHORT.get(call.name, 1 << 20):
            yield Point(call, 'short')


def chosen(points, share=SHARE):
    """The same ones every time."""
    return [one for one in points if FULL or zlib.crc32(argument_of(one).encode()) % share == 0]


def opened_again(point, root, lines):
    """Whether what the call was about was opened once more."""
    return any(line.split('\t')[1:5:3] == ['openat2', '%s|%s' % (root, point.call.path)] for line in lines[1:])


def described(point):
    return '%s of %s %s %d (%s)' % (point.what, point.call.program, point.call.name, point.call.number,
                                    point.call.path or point.call.about)
