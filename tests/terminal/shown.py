# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run shows on a terminal of a given width (a pty), and how many columns its lines take."""
import fcntl
import os
import pty
import struct
import subprocess
import termios
import unicodedata

from harness import environment, gpucheck

SECONDS = 60
HERE = os.path.dirname(os.path.abspath(__file__))


def host_root(name, build):
    """A root of hosts/NAME, or of fixtures/NAME by the harness."""
    own = os.path.join(HERE, 'hosts', name, 'host')
    if not os.path.exists(own):
        return build(name)
    from harness import FIXTURES, kept_roots
    root = os.path.join(kept_roots(), 'terminal-%s-%d' % (name, os.getpid()))
    if not os.path.isdir(root):
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), own, root], check=True)
    return root


def columns(line):
    """As terminals count them: wide characters are two, those that combine none."""
    return sum(0 if unicodedata.combining(c) or unicodedata.category(c) in ('Mn', 'Me', 'Cf')
               else 2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in line)


def on_terminal(width, *arguments, **env):
    """Bytes that gpucheck writes to a terminal, standard output and error together."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 50, width, 0, 0))
    process = subprocess.Popen([gpucheck(), *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave,
                               env=environment(**env), start_new_session=True)
    os.close(slave)
    said = b''
    try:
        while piece := os.read(master, 65536):
            said += piece
    except OSError:  # nobody holds the other end any more
        pass
    os.close(master)
    process.wait(SECONDS)
    return said.replace(b'\r\n', b'\n')


def piped(*arguments, **env):
    done = subprocess.run([gpucheck(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                          env=environment(**env), check=False)
    return done.stdout, done.stderr
