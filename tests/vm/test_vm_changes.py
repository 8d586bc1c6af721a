# SPDX-License-Identifier: GPL-2.0-or-later
"""host/vm/vm_changes.h, called from C: how the program's answers become codes and sentences."""
import errno
import os
import signal
import subprocess
import time
import unittest

from asking import AUDIO, GPU
from daemon import NO_DAEMON
from harness import environment, gpucheck, text
from machines import Machine, left_of
from test_changes import Changes, WithQemu

SILENCE = 25  # seconds: what libvirt is granted, and some


class FromC(Changes):
    def called(self, root, uri, command, *arguments):
        """0 or -errno, and the text."""
        program = os.path.join(os.path.dirname(gpucheck()), 'vm-changes')
        if not os.path.exists(program):
            self.skipTest('vm-changes is not built')
        process = subprocess.Popen([program, root, uri, command, *arguments], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(),
                                   start_new_session=True)
        out, err = process.communicate(timeout=100)
        self.assertEqual(left_of(process.pid), [])
        self.assertEqual(text(err), '')
        self.assertIn(process.returncode, (0, 1))
        if process.returncode == 0:
            return 0, text(out)
        number, sentence = text(out).split(' ', 1)
        return int(number), sentence

    def assertWorks(self, *arguments):
        code, answer = self.called('', *arguments)
        self.assertEqual(code, 0, answer)
        return answer

    def assertFails(self, number, word, *arguments, root=''):
        code, sentence = self.called(root, *arguments)
        self.assertEqual(errno.errorcode.get(-code), errno.errorcode[number], sentence)
        self.assertIn(word, sentence)

    def file(self, content):
        path = os.path.join(self.folder(), 'text')
        with open(path, 'wb') as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return path


class WithoutLibvirt(FromC):
    def test_edit(self):
        before = '<domain>\n  <name>é</name>\n</domain>\n'
        after = self.assertWorks('', 'edit', self.file(before), GPU, AUDIO)
        self.assertEqual(after, self.edited(self.edited(before, GPU), AUDIO, rom_off=True))
        self.assertEqual(self.assertWorks('', 'edit', self.file(before)), before)

    def test_edit_refused(self):
        for content in (' ', '<x/>', '<domain>', b'<domain>\xff</domain>', '<!DOCTYPE domain><domain/>'):
            self.assertFails(errno.EINVAL, 'editing', '', 'edit', self.file(content), GPU)
        large = '<domain>%s</domain>' % (' ' * (4 << 20))
        self.assertFails(errno.EFBIG, '4194304', '', 'edit', self.file(large), GPU)

    def test_recorded_host(self):
        """Nothing but the edit: not even where a libvirt is named."""
        root = self.root().folder
        for uri in ('', self.libvirt(Machine('ml', '', 'off'))):
            for command in (('text', 'ml'), ('start', 'ml'), ('shutdown', 'ml', '1'), ('resume', 'ml'),
                            ('define', 'ml', self.file('<domain/>'), self.file('<domain/>'))):
                self.assertFails(errno.EINVAL, 'recorded host', uri, *command, root=root)
        self.assertEqual(self.called(root, '', 'edit', self.file('<domain/>'), GPU)[0], 0)

    def test_codes(self):
        uri = self.libvirt(Machine('ml', ''), Machine('gone', '', transient=True), Machine('still', '', 'paused'))
        self.assertFails(errno.ENOENT, 'VM x', uri, 'text', 'x')
        self.assertFails(errno.ENODATA, 'VM gone', uri, 'text', 'gone')
        self.assertFails(errno.ESTALE, 'VM ml', uri, 'define', 'ml', self.file('<domain/>'), self.file('<domain/>'))
        self.assertFails(errno.EREMOTEIO, 'starting VM still', uri, 'start', 'still')
        self.assertFails(errno.EINVAL, 'UTF-8', uri, 'start', b'\xff')
        self.assertFails(errno.ECONNREFUSED, 'libvirt at nonsense', 'nonsense:///', 'start', 'ml')
        self.assertFails(errno.EFBIG, '4194304', uri, 'define', 'ml', self.file('<x/>'), self.file(' ' * (5 << 20)))
        for command in (('start', 'ml'), ('resume', 'ml'), ('shutdown', 'ml', '5'), ('resume', 'still'),
                        ('shutdown', 'ml', '4294967295')):
            self.assertEqual(self.assertWorks(uri, *command), '')


@unittest.skipIf(NO_DAEMON, NO_DAEMON)
class WithLibvirt(FromC, WithQemu):
    file = FromC.file

    def test_there_and_back(self):
        before = self.define()
        kept = self.daemon.kept()
        self.assertEqual(self.assertWorks(self.uri, 'text', 'ml'), before)
        edited = self.assertWorks('', 'edit', self.file(before), GPU, AUDIO)
        after = self.assertWorks(self.uri, 'define', 'ml', self.file(before), self.file(edited))
        self.assertEqual(after, self.definition(self.uri))
        self.assertFails(errno.ESTALE, 'VM ml', self.uri, 'define', 'ml', self.file(before), self.file(edited))
        self.assertEqual(self.assertWorks(self.uri, 'define', 'ml', self.file(after), self.file(before)), before)
        self.assertEqual(self.daemon.kept(), kept)

    def test_run(self):
        self.define()
        self.assertEqual(self.assertWorks(self.uri, 'start', 'ml'), '')
        self.assertFails(errno.ETIMEDOUT, 'shutting down VM ml', self.uri, 'shutdown', 'ml', '1')
        self.daemon.virsh('suspend', 'ml')
        self.assertEqual(self.assertWorks(self.uri, 'resume', 'ml'), '')
        self.assertEqual(self.daemon.state('ml'), 'running')

    def test_daemon_hangs(self):
        self.define()
        daemon = int(self.daemon.process.pid)
        os.kill(daemon, signal.SIGSTOP)
        self.addCleanup(os.kill, daemon, signal.SIGCONT)
        begin = time.monotonic()
        self.assertFails(errno.ETIMEDOUT, 'no answer', self.uri, 'text', 'ml')
        self.assertLess(time.monotonic() - begin, SILENCE)
