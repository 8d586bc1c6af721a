# SPDX-License-Identifier: GPL-2.0-or-later
"""The system calls of one run, and runs in which one of them does not return.

A point is a system call by name and by number among those of its name, as strace counts them (strace(1), inject).
"""
import collections
import re
import subprocess
import tempfile

from hosts import finish, start

LINE = re.compile(r'(\w+)\((.*)')

# Calls that change a file, or may report that an earlier one did not arrive.
CHANGING = ('mkdirat', 'fsync', 'fchmod', 'fchmodat', 'fchown', 'fsetxattr', 'utimensat', 'renameat', 'unlinkat',
            'ftruncate', 'fremovexattr')
# Made by gpucheck itself and by none of the programs that it starts, and so safe to look for in those too (-f), which
# lets strace leave all other calls alone: a third of the time. Signals cannot be sent then.
OWN = {*CHANGING, 'openat2', 'fstatfs', 'flistxattr', 'fgetxattr'}
OF_A_FILE = ('write', 'close')  # these only when it is one that the process made or opened to be written

Call = collections.namedtuple('Call', 'name number changes text')


class Reader:
    """Tells which calls change something below a root, line by line."""

    def __init__(self, root):
        self.root = root
        self.written = set()  # descriptors

    def changes(self, name, words):
        descriptor = words.split('<')[0]
        if name == 'openat' and self.root in words and 'O_CREAT' in words:
            self.written.add(words.rpartition(' = ')[2].split('<')[0])
            return True
        if name in OF_A_FILE and descriptor in self.written:
            self.written -= {descriptor} if name == 'close' else set()
            return True
        return (name in CHANGING and self.root in words) or 'F_OFD_SETLK' in words


def why_no_strace():
    """'' where a process can be traced."""
    try:
        done = subprocess.run(['strace', '-o', '/dev/null', 'true'], capture_output=True, text=True, check=False)
    except OSError as e:
        return str(e)
    return (done.stderr.strip() or 'strace fails') if done.returncode else ''


NO_STRACE = why_no_strace()


def injected(*injections):
    """The words before a command that make these things happen to it: 'fsync:error=EIO:when=3'."""
    names = {one.split(':')[0] for one in injections}
    fast = names <= OWN and all(':error=' in one for one in injections)
    return ['strace', *(('-f', '--seccomp-bpf') if fast else ()), '-o', '/dev/null',
            '-e', 'trace=' + ','.join(sorted(names)),
            *(word for one in injections for word in ('-e', 'inject=' + one))]


def calls_of(root, *arguments, also=()):
    """All calls of the process itself from the first that changes something below the root."""
    with tempfile.NamedTemporaryFile(prefix='gpucheck-trace-') as log:
        wrapper = ['strace', '-y', '-s', '64', '-o', log.name, '-e', 'trace=all',
                   *(word for one in also for word in ('-e', 'inject=' + one))]
        finish(start('--root', root, *arguments, wrapper=wrapper))
        lines = log.read().decode('utf-8', 'replace').splitlines()
    counts, calls, reader = collections.Counter(), [], Reader(root)
    for line in lines:
        match = LINE.match(line)
        if not match:
            continue
        counts[match[1]] += 1
        changes = reader.changes(match[1], match[2])
        if calls or changes:
            calls.append(Call(match[1], counts[match[1]], changes, match[2]))
    return calls


def stopped(root):
    """What makes --fix take back: the wish to stop arrives under the lock, and is heeded after the first file."""
    asked = next(one for one in calls_of(root, '--fix', '--yes') if one.name == 'getpid')
    return ('getpid:signal=TERM:when=%d' % asked.number,)


def calls_of_taking_back(root, stop):
    """Those of a --fix that is told to stop, from where it begins to take back."""
    calls = calls_of(root, '--fix', '--yes', also=stop)
    begin = next(index for index, one in enumerate(calls) if 'undoing' in one.text)
    return calls[begin - 1:]
