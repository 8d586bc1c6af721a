# SPDX-License-Identifier: GPL-2.0-or-later
"""gpucheck on a terminal of the test's own, which types the answers."""
import os
import pty
import select
import subprocess
import time

from harness import environment, gpucheck, text

SECONDS = 60
END_OF_FILE = '\x04'
PROMPT = 'Apply this plan? [y/N] '


def read_until(terminal, wanted, process, deadline):
    """What the terminal shows, up to the wanted text, or the program's end."""
    said = b''
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 0.05)
        if ready:
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # nobody holds the other end any more
                return said
            if not piece:
                return said
            said += piece
        elif process.poll() is not None:
            return said
        if wanted and wanted.encode() in said:
            return said
    process.kill()
    raise AssertionError('no end and no question: %s' % text(said))


class Talk:
    """One run: asked(), then answer(); status, and all that was said on the terminal and on standard output."""

    def __init__(self, *arguments, stdout=subprocess.PIPE):
        self.terminal, other = pty.openpty()
        self.deadline = time.monotonic() + SECONDS
        self.process = subprocess.Popen([gpucheck(), *arguments], stdin=other, stderr=other,
                                        stdout=other if stdout is None else stdout,
                                        env=environment(), start_new_session=True)
        os.close(other)
        self.said = ''

    def listen(self, wanted=None):
        self.said += text(read_until(self.terminal, wanted, self.process, self.deadline)).replace('\r\n', '\n')

    def asked(self):
        self.listen(PROMPT)
        return self.said.endswith(PROMPT)

    def answer(self, typed):
        """Type it, and wait for the end: exit status and standard output."""
        os.write(self.terminal, typed.encode())
        return self.end()

    def end(self):
        self.listen()
        out = text(self.process.stdout.read()) if self.process.stdout else ''
        if self.process.stdout:
            self.process.stdout.close()
        os.close(self.terminal)
        return self.process.wait(SECONDS), out
