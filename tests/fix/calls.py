# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run executes, and what it could write to: strace tells."""
import collections
import os
import re
import shutil
import subprocess
import tempfile

from harness import environment, gpucheck, text

SECONDS = 120
NO_STRACE = '' if shutil.which('strace') else 'no strace (Debian: strace)'
# Calls that make, change, name or remove something; of the opening ones only those that may write count.
OPENING = ('open', 'openat', 'openat2', 'creat')
CHANGING = ('mkdir', 'mkdirat', 'rename', 'renameat', 'renameat2', 'unlink', 'unlinkat', 'rmdir', 'link', 'linkat',
            'symlink', 'symlinkat', 'mknod', 'mknodat', 'chmod', 'fchmod', 'fchmodat', 'fchmodat2', 'chown', 'fchown',
            'lchown', 'fchownat', 'truncate', 'ftruncate', 'utimensat', 'setxattr', 'lsetxattr', 'fsetxattr',
            'removexattr', 'fremovexattr', 'mount', 'umount2')
WRITING = re.compile(r'O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND')
CALL = re.compile(r'^\d+ +(\w+)\((.*)$')
# A descriptor with what it leads to (strace -y), and a path in quotes.
PLACE = re.compile(r'(?:AT_FDCWD|\d+)<([^>]*)>')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

Calls = collections.namedtuple('Calls', 'executed written stderr')


def paths_of(call, rest):
    """The files that a call names, each whole."""
    if not QUOTED.search(rest):
        return PLACE.findall(rest)[:1]
    found, folder = [], ''
    for part in re.finditer('%s|%s' % (PLACE.pattern, QUOTED.pattern), rest):
        if part[1] is not None:
            folder = part[1]
        else:
            # Below an openat2 descriptor a path begins at it, whatever its first letter.
            found.append(os.path.join(folder, part[2].lstrip('/') if call == 'openat2' else part[2]))
            if call in ('setxattr', 'fsetxattr', 'mount'):
                break
    return found


def traced(root, *arguments):
    """Run gpucheck below a root: paths of executed programs, and (call, path) of what could be written."""
    with tempfile.NamedTemporaryFile(prefix='gpucheck-calls-') as log:
        command = ['strace', '-f', '-y', '-s', '4096', '-o', log.name,
                   '-e', 'trace=execve,execveat,' + ','.join('?' + one for one in OPENING + CHANGING),
                   gpucheck(), '--root', root.folder, *arguments]
        # The leak checker cannot work under a tracer.
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env=environment(ASAN_OPTIONS='detect_leaks=0'), timeout=SECONDS, check=False)
        calls = Calls([], [], text(done.stderr))
        lines = text(log.read()).splitlines()
    for line in lines:
        match = CALL.match(line)
        if not match:
            continue
        call, rest = match.groups()
        if call.startswith('execve'):
            calls.executed.extend(paths_of(call, rest.split('[')[0]))
        elif call in CHANGING or WRITING.search(rest):
            calls.written.extend((call, path) for path in paths_of(call, rest))
    return calls
