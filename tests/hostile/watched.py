# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run does to the machine it runs on, as strace tells: files resolved outside of its root, devices opened,
programs, sockets.

Below its root the program walks by openat2 with RESOLVE_IN_ROOT: such a path cannot leave the root, whatever links it
meets. Everything else a run does is compared with what it does below a root that harms nobody.
"""
import os
import re
import subprocess
import tempfile

from harness import environment, gpucheck

SECONDS = 120
CALLS = '%file,%network,execve,execveat,mount,ioctl,init_module,finit_module,kill,ptrace'
LINE = re.compile(r'^(\d+) +(\w+)\((.*?)\) += (-?\d+)(<.*)?')
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
CHARACTER_DEVICE = re.compile(r'<char \d+:\d+>>')
PLACES = re.compile(r'/proc/(self|\d+)/fd/\d+|[-.]?[A-Za-z0-9]{6}(?=")|0x[0-9a-f]+|\[/\* \d+ vars \*/\]|<[^>]*>+')


class Doings:
    """Of one run: calls that the kernel does not hold below the root, without what differs between runs."""

    def __init__(self, lines):
        self.calls = set()
        self.below = 0  # paths resolved below the root
        self.devices = []
        started = set()
        for line in lines:
            found = LINE.match(line)
            if found:
                process, call, arguments, result, opened = found.groups('')
                started.add(process)
                if call == 'kill' and arguments.split(',')[0].lstrip('-') in started:
                    arguments = 'one of its own programs'
                self.take(call, arguments, int(result), opened)

    def take(self, call, arguments, result, opened):
        if call == 'openat2' and 'RESOLVE_IN_ROOT' in arguments:
            self.below += 1
            if result >= 0 and 'O_PATH' not in arguments and CHARACTER_DEVICE.search(opened):
                self.devices.append(arguments)
        elif call == 'openat2' or result >= 0 or call in ('connect', 'execve', 'socket'):
            self.calls.add('%s(%s)' % (call, PLACES.sub('~', arguments)))


def watched(root, *arguments):
    with tempfile.NamedTemporaryFile(prefix='gpucheck-watched-') as log:
        command = ['strace', '-f', '-yy', '-s', '4096', '-o', log.name, '-e', 'trace=' + CALLS,
                   gpucheck(), '--root', root, *arguments]
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=environment(ASAN_OPTIONS='detect_leaks=0'), timeout=SECONDS, check=False)
        lines = log.read().decode('utf-8', 'replace').replace(os.path.realpath(root), 'ROOT').splitlines()
    return Doings(lines)
