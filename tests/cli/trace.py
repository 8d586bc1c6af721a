# SPDX-License-Identifier: GPL-2.0-or-later
"""Which paths of a root gpucheck looks at: strace tells."""
import os
import re
import subprocess
import tempfile

from harness import environment, gpucheck

SECONDS = 60
CALLS = 'openat2,open,openat,readlinkat,getdents64'
OPENED = re.compile(r'\b(openat2|openat|open)\((?:(AT_FDCWD|\d+), )?"((?:[^"\\]|\\.)*)", (?:\{flags=)?([A-Z_|]+)')


def kind_of(flags):
    if 'O_DIRECTORY' in flags:
        return 'folder'
    if 'O_PATH' in flags:
        return 'link' if 'O_NOFOLLOW' in flags else 'entry'
    return 'file'


def below(root, call, descriptor, path):
    """The path within the root, None for one outside. openat2 is how the program walks below its root."""
    if call == 'openat2' or (descriptor or '').isdigit() and not path.startswith('/'):
        return path.strip('/')
    inside = os.path.relpath(path, root) if path.startswith('/') else '..'
    return None if inside.startswith('..') or inside == '.' else inside


def paths_opened(root, *arguments):
    """Path -> 'file', 'folder', 'link' or 'entry' (asked whether it is there), for a run with these arguments."""
    with tempfile.NamedTemporaryFile(prefix='gpucheck-trace-') as log:
        command = ['strace', '-f', '-s', '8192', '-o', log.name, '-e', 'trace=' + CALLS,
                   gpucheck(), '--root', root, '--format', 'json', *arguments]
        # The leak checker cannot work under a tracer.
        env = environment(ASAN_OPTIONS='detect_leaks=0')
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env, timeout=SECONDS,
                       check=False)
        lines = log.read().decode('utf-8', 'replace').splitlines()
    found = {}
    for line in lines:
        match = OPENED.search(line)
        path = below(root, match[1], match[2], match[3]) if match else None
        if path:
            kind = kind_of(match[4])
            # Below a root a file is looked at before it is opened.
            if path not in found or kind == 'file':
                found[path] = kind
    return found
