# SPDX-License-Identifier: GPL-2.0-or-later
"""What every run holds, whatever it is fed: it ends in time and by itself, below 64 MiB, and its report is well-formed.

Memory is that of the largest of its processes, as time(1) tells it (wait4): a process begins with its parent's, and
this interpreter's own is no small one.
"""
import collections
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import unittest

from harness import CRASHED, FAILED, NOT_MEASURED, PASSED, REFUSED, environment, gpucheck, text
from machines import left_of

MOST = 64 << 20  # bytes of memory
SECONDS = 90  # as generous as a machine that does other work too needs it
ALL = os.environ.get('HOSTILE') == 'all'
# What must never reach a terminal or a reader of lines as it is; a tab neither.
RAW = re.compile('[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u2028-\u202e\u2066-\u2069\udc80-\udcff]')
FORGED = re.compile(r'(?m)^(ok \d+ - forged|not ok \d+ - forged|Bail out! forged|1\.\.1 forged)')

TIME = '/usr/bin/time'

Bounded = collections.namedtuple('Bounded', 'status stdout stderr memory seconds')


def sample(cases, one_of):
    """Every one_of'th case, always the same ones; all of them with --all."""
    return cases if ALL else cases[::one_of]


def is_sanitized():
    with open(gpucheck(), 'rb') as f:
        return b'__asan_init' in f.read()


def waited(process, seconds):
    """The status; None for one that had to be killed."""
    late = threading.Event()

    def end():
        late.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        process.wait()
    finally:
        timer.cancel()
    return None if late.is_set() else process.returncode


class Bounds(unittest.TestCase):
    """A test whose runs are all held against the bounds."""

    seconds = SECONDS
    largest = 0  # bytes, of this test's runs

    def bounded(self, *arguments, wrap=None, stdin=subprocess.DEVNULL, **env):
        """Run it: in time, in memory, without a crash, with a status of the contract, and nothing left behind."""
        command = [gpucheck(), *arguments]
        with (tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err,
              tempfile.NamedTemporaryFile(prefix='gpucheck-memory-') as told):
            command = [TIME, '-q', '-f', '%M %e', '-o', told.name, *command]
            process = subprocess.Popen(wrap(command) if wrap else command, stdin=stdin, stdout=out, stderr=err,
                                       env=environment(**env), start_new_session=True)
            status = waited(process, self.seconds)
            self.assertIsNotNone(status, 'no end in %d s: %r' % (self.seconds, command))
            left = left_of(process.pid)
            out.seek(0)
            err.seek(0)
            stdout, stderr = text(out.read(MOST)), text(err.read(MOST))
            memory, seconds = told.read().split()
        run = Bounded(status, stdout, stderr, int(memory) << 10, float(seconds))
        self.largest = max(self.largest, run.memory)
        self.assertEqual(left, [], 'left behind by %r' % command)
        self.assertNotEqual(status, CRASHED, stderr)
        self.assertIn(status, (PASSED, FAILED, REFUSED, NOT_MEASURED), '%r: %s' % (command, stderr[-2000:]))
        if not is_sanitized():
            self.assertLess(run.memory, MOST, '%d MiB: %r' % (run.memory >> 20, command))
        self.assertNotRegex(stdout, RAW)
        self.assertNotRegex(stderr, RAW)
        self.assertNotRegex(stdout, FORGED)
        return run

    def judged(self, *arguments, **how):
        """The run's JSON report, one document; None where the run was refused."""
        run = self.bounded('--format', 'json', *arguments, **how)
        if not run.stdout:
            self.assertIn(run.status, (REFUSED, NOT_MEASURED), run)
            self.assertTrue(run.stderr.startswith('gpucheck: '), run.stderr)
            return run, None
        report = json.loads(run.stdout)
        self.assertEqual(report['summary']['status'], run.status)
        return run, report

    def assertTap(self, run, report):
        """TAP says what the JSON report says, point by point, and nothing else."""
        lines = run.stdout.splitlines()
        self.assertEqual(lines[0], 'TAP version 13')
        points = [line for line in lines if re.match(r'(not )?ok\b', line)]
        self.assertEqual([line for line in lines if re.match(r'\d+\.\.', line)], ['1..%d' % len(points)])
        self.assertEqual(len(points), len(report['checks']))
        for number, (line, one) in enumerate(zip(points, report['checks'])):
            word = 'not ok' if one['verdict'] in ('fail', 'error') else 'ok'
            self.assertTrue(line.startswith('%s %d - %s ' % (word, number + 1, one['id'])), line)
