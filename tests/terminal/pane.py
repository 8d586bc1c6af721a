# SPDX-License-Identifier: GPL-2.0-or-later
"""A pane of a tmux server of the test's own, and what it shows."""
import os
import shlex
import subprocess
import tempfile
import time

from harness import environment

SECONDS = 60
SETTINGS = '''set -g history-limit 20000
set -g remain-on-exit on
set -g remain-on-exit-format ""
set -g status off
set -g default-terminal screen-256color
'''


class Pane:
    """Runs one command in a pane of so many columns; a locale is what the command has, tmux itself shows UTF-8."""

    def __init__(self, command, columns, rows=50, locale='C.UTF-8', **env):
        self.folder = tempfile.TemporaryDirectory(prefix='gpucheck-tmux-')
        settings = os.path.join(self.folder.name, 'tmux.conf')
        with open(settings, 'w', encoding='utf-8') as f:
            f.write(SETTINGS)
        self.socket = os.path.join(self.folder.name, 'socket')
        words = ['%s=%s' % one for one in environment(LC_ALL=locale, **env).items()]
        line = shlex.join(['exec', 'env', '-i', *words]) + ' TERM="$TERM" ' + command
        self.tmux('-f', settings, 'new-session', '-d', '-x', str(columns), '-y', str(rows), 'sh', '-c', line)

    def tmux(self, *words):
        done = subprocess.run(['tmux', '-u', '-S', self.socket, *words], capture_output=True, check=False, timeout=SECONDS,
                              env=environment(), encoding='utf-8')
        if done.returncode:
            raise AssertionError('tmux %s: %s' % (words[0], done.stderr))
        return done.stdout

    def wait(self):
        """Until the command has ended."""
        deadline = time.monotonic() + SECONDS
        while self.tmux('list-panes', '-F', '#{pane_dead}').strip() != '1':
            if time.monotonic() > deadline:
                raise AssertionError('no end in %d s: %s' % (SECONDS, self.text()))
            time.sleep(0.02)
        return self

    def text(self, *how):
        """All lines, those that scrolled away too."""
        lines = [line.rstrip() for line in self.tmux('capture-pane', '-p', '-S', '-', *how).split('\n')]
        while lines and not lines[-1]:
            lines.pop()
        return ''.join(line + '\n' for line in lines)

    def has_wrapped(self):
        """Whether a line was wider than the pane, so that tmux went on in the next one."""
        return self.text('-J').count('\n') != self.text().count('\n')

    def close(self):
        self.tmux('kill-server')
        self.folder.cleanup()
