# SPDX-License-Identifier: GPL-2.0-or-later
"""A libvirt that is not there, refuses, or never answers: an error that says so, in time, and nothing left behind."""
import contextlib
import os
import socket
import threading
import time
import unittest

from harness import NO_MOUNT_NAMESPACE, PASSED, REFUSED, Report, gpucheck
from machines import CARD, Machine, VirtualMachines

ROOT = os.geteuid() == 0
SILENCE = 25  # seconds: what gpucheck grants libvirt, and some
# Folders of a host that has no libvirt, and of one that has it without a running daemon.
LIVE_HOST = '''set -e; root=$1; shift
mount --bind "$root/sys" /sys; mount --bind "$root/etc" /etc; mount -t tmpfs none /run; mount -t tmpfs none /usr/sbin
exec "$@"'''


def uri(path):
    return 'qemu+unix:///system?socket=' + path


class Connection(VirtualMachines):
    def asked(self, address, *arguments, **how):
        return self.report(self.root(), '--connect', address, *(arguments or ('vm', 'guest')), **how)

    @contextlib.contextmanager
    def listening(self, talk, mode=0o777):
        """A socket on which talk(connection) answers each caller; its path."""
        path = os.path.join(self.folder(), 'libvirt-sock')
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            os.chmod(path, mode)
            listener.listen()

            def serve():
                with contextlib.suppress(OSError):
                    while True:
                        connection = listener.accept()[0]
                        with connection, contextlib.suppress(OSError):
                            talk(connection)

            threading.Thread(target=serve, daemon=True).start()
            yield path
            listener.shutdown(socket.SHUT_RDWR)

    def test_no_socket(self):
        self.assertNotMeasured(self.asked(uri('/nonexistent/libvirt-sock')), '/nonexistent/libvirt-sock')

    def test_socket_without_a_daemon(self):
        path = os.path.join(self.folder(), 'libvirt-sock')
        with socket.socket(socket.AF_UNIX) as left_over:
            left_over.bind(path)
        self.assertNotMeasured(self.asked(uri(path)), 'refused')

    def test_what_is_no_socket(self):
        path = os.path.join(self.folder(), 'file')
        with open(path, 'wb'):
            pass
        self.assertNotMeasured(self.asked(uri(path)))

    def test_unknown_scheme(self):
        for address in ('nonsense:///system', 'nonsense', '', ' ', 'qemu+nonsense:///system', '://', 'test:///nowhere.xml',
                        'x' * 5000, 'http://[', 'qemu:///%ff'):
            with self.subTest(address=address[:40]):
                self.assertNotMeasured(self.asked(address))

    def test_address_with_controls_forges_nothing(self):
        run = self.gpucheck('--root', self.root().folder, '-f', 'tap', '-c', 'x\nok 99 - forged\n\x1b[31m:///', 'vm')
        self.assertNotIn('\nok 99', run.stdout)
        self.assertNotIn('\x1b', run.stdout + run.stderr)

    def test_driver_with_broken_xml(self):
        folder = self.folder()
        for content in ('', '<node', '<node><domain/></node>', '<x/>', '\0'):
            path = os.path.join(folder, 'node.xml')
            with open(path, 'w', encoding='utf-8') as f:
                f.write(content)
            with self.subTest(content=content):
                self.assertNotIn(self.asked('test://' + path).verdict('vm.hostdev'), ('pass', 'warn', 'skip'))

    def test_default_driver(self):
        """test:///default has one VM of its own, which has nothing to do with the card."""
        self.assertEqual(self.asked('test:///default', 'vm').verdict('vm.hostdev'), 'fail')

    def test_closed_at_once(self):
        with self.listening(lambda connection: None) as path:
            self.assertNotMeasured(self.asked(uri(path)))

    def test_garbage(self):
        with self.listening(lambda connection: connection.sendall(b'HTTP/1.0 200 OK\r\n\r\n' * 1000)) as path:
            self.assertNotMeasured(self.asked(uri(path)))

    def test_silence(self):
        """It accepts, and never says a word."""
        with self.listening(lambda connection: connection.recv(1) and time.sleep(60)) as path:
            begin = time.monotonic()
            self.assertNotMeasured(self.asked(uri(path)), 'no answer')
            self.assertLess(time.monotonic() - begin, SILENCE)

    @unittest.skipUnless(ROOT, 'needs root to be nobody')
    def test_permission(self):
        with self.listening(lambda connection: None, mode=0o600) as path:
            self.assertNotMeasured(self.asked(uri(path), nobody=True), 'Permission denied')

    @unittest.skipUnless(ROOT, 'needs root to be nobody')
    def test_nobody_may_ask_who_lets_him(self):
        report = self.report(self.root(), '--connect', self.libvirt(Machine('ml', CARD)), 'vm', nobody=True)
        self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_running='pass')

    def test_stage_before_asks_nobody(self):
        run = self.gpucheck('--root', self.root().folder, '-c', uri('/nonexistent'), '-t', 'display')
        self.assertEqual(run.status, PASSED)

    def test_without_the_program_behind(self):
        """gpucheck-libvirt is not installed: the other checks run."""
        alone = os.path.join(self.folder(), 'gpucheck')
        with open(gpucheck(), 'rb') as program, open(alone, 'wb') as copy:
            copy.write(program.read())
        os.chmod(alone, 0o755)
        run = self.started([alone, '--root', self.root().folder, '-c', 'test:///default', '-f', 'json', 'vm'], -1)
        self.assertNotMeasured(Report(run), 'gpucheck-libvirt')


@unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
class LiveHost(VirtualMachines):
    """The machine itself, with other folders mounted over its own."""

    def live(self, root):
        command = ['unshare', '-m', 'sh', '-c', LIVE_HOST, 'sh', root.folder, gpucheck(), '-f', 'json', 'vm']
        run = self.started(command, -1)
        self.assertNotEqual(run.status, REFUSED, run.stderr)
        self.assertEqual(run.stderr, '')
        return Report(run)

    def test_libvirt_not_installed(self):
        report = self.live(self.root())
        self.assertVerdicts(report, 1, vm_hostdev='fail', vm_running='skip')
        self.assertIn('not installed', report.reason('vm.hostdev'))
        self.assertIsNone(report.check('vm.hostdev')['vm'])

    def test_no_daemon(self):
        root = self.root()
        root.write('etc/libvirt/libvirtd.conf', '')
        self.assertNotMeasured(self.live(root), 'qemu:///system')
