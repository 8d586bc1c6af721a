# SPDX-License-Identifier: GPL-2.0-or-later
"""What stands between: silence, closed doors, time."""
import os
import socket
import struct
import threading
import time

from caller import AsksGuests, LIMIT
from guests import AUDIO, GPU, Server, echoed, write
from machines import CARD, Machine

BANNER = b'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'
GREETING = 'echo gpucheck-guest-1; echo system Linux\n'


def silent(connection):
    while connection.recv(65536):
        pass


def after_banner(connection):
    connection.sendall(BANNER)


def silent_after_banner(connection):
    connection.sendall(BANNER)
    silent(connection)


def web_server(connection):
    connection.sendall(b'HTTP/1.0 400 Bad Request\r\n\r\n')
    silent(connection)


def old_protocol(connection):
    connection.sendall(b'SSH-1.5-old\r\n')
    silent(connection)


def endless_banner(connection):
    while True:
        connection.sendall(b'x' * 65536)


def dripping(connection):
    while True:
        connection.sendall(b'x')
        time.sleep(0.5)


def forging(connection):
    connection.sendall(b'SSH-2.0-x\x1b[31m forged\r\nok 1 - forged\n\xff')
    silent(connection)


def disconnect(connection):
    """SSH_MSG_DISCONNECT, in clear, with a text meant for a terminal."""
    text = b'\x1b[2J\nok 1 - forged\n\xff'
    payload = struct.pack('>BII', 1, 2, len(text)) + text + struct.pack('>I', 0)
    padding = 8 - (len(payload) + 5) % 8 + 8
    connection.sendall(BANNER + struct.pack('>IB', len(payload) + padding + 1, padding) + payload + bytes(padding))
    silent(connection)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


class Network(AsksGuests):
    def server(self, answer, **how):
        server = Server(answer, **how)
        self.addCleanup(server.close)
        return server

    def assertUnreachable(self, answer, limit=20, word=''):
        report = self.asked(self.server(answer), limit=limit)
        self.assertNoLogin(report, 'error', word)
        self.assertNotIn('\x1b', report.run.stdout)
        return report

    def test_refused(self):
        server = self.server(silent)
        server.close()
        report = self.asked(server, limit=15)
        self.assertNoLogin(report, 'error', 'refused')
        self.assertIn('127.0.0.1', report.reason('guest.ssh'))

    def test_name_that_is_none(self):
        self.assertNoLogin(self.asked(None, name='root@no-such-guest.invalid', limit=30), 'error', 'no-such-guest.invalid')

    def test_silence(self):
        self.assertUnreachable(silent)

    def test_closed_at_once(self):
        self.assertUnreachable(lambda connection: None)

    def test_reset(self):
        self.assertUnreachable(reset)

    def test_closed_after_banner(self):
        self.assertUnreachable(after_banner)

    def test_silence_after_banner(self):
        self.assertUnreachable(silent_after_banner, limit=30)

    def test_other_service(self):
        self.assertUnreachable(web_server)

    def test_old_protocol(self):
        self.assertUnreachable(old_protocol)

    def test_endless_banner(self):
        self.assertUnreachable(endless_banner)

    def test_dripping_banner(self):
        self.assertUnreachable(dripping, limit=LIMIT)

    def test_texts_of_the_server(self):
        for answer in (forging, disconnect):
            server = self.server(answer)
            root = self.recorded(Machine('ml', CARD))
            run = self.gpucheck('--root', root.folder, '-f', 'tap', '-s', 'root@127.0.0.1:%d' % server.port, 'guest')
            with self.subTest(answer=answer.__name__):
                self.assertEqual(run.status, 3)
                self.assertNotIn('\x1b', run.stdout)
                self.assertEqual([line for line in run.stdout.splitlines() if line.startswith('ok 1 - forged')], [])

    def test_closed_after_login(self):
        for script in ('kill -9 $PPID\n', GREETING + 'kill -9 $PPID\n'):
            with self.subTest(script=script):
                report = self.asked(self.guest(force=script))
                self.assertNotEqual(report.verdict('guest.device'), 'pass')
                self.assertEqual(report.run.status, 3)

    def test_silence_after_login(self):
        self.assertNoLogin(self.asked(self.guest(force='exec sleep 300\n'), limit=30), 'error')

    def test_silence_in_the_answer(self):
        self.assertNoLogin(self.asked(self.guest(force=GREETING + 'exec sleep 300\n'), limit=30), 'error')

    def test_dripping_answer(self):
        script = GREETING + 'while :; do echo driver nvidia 0000:05:00.0; sleep 1; done\n'
        self.assertNoLogin(self.asked(self.guest(force=script), limit=LIMIT + 5), 'error')

    def test_slow_answer(self):
        """Slow is not wrong: a guest that takes some seconds is waited for."""
        script = '%ssleep 3; %ssleep 3; %secho end\n' % (GREETING, echoed(GPU), echoed(AUDIO))
        self.assertGreen(self.asked(self.guest(force=script)))

    def test_output_stays_open(self):
        """Something in the guest keeps the channel open after the answer's end."""
        script = '%s%s%secho end; sleep 300 & exit 0\n' % (GREETING, echoed(GPU), echoed(AUDIO))
        report = self.asked(self.guest(force=script), limit=30)
        self.assertIn(report.verdict('guest.device'), ('pass', 'skip'))

    def test_unprivileged_port_of_nobody(self):
        """No VM runs: the guest is not asked at all."""
        calls = []
        server = self.server(calls.append)
        root = self.recorded(Machine('ml', CARD, 'off'))
        report = self.report(root, '--guest', 'root@127.0.0.1:%d' % server.port, 'vm', 'guest')
        self.assertVerdicts(report, 1, vm_running='fail', guest_ssh='skip')
        self.assertEqual(calls, [])


class Waiting(AsksGuests):
    def test_guest_that_comes_up(self):
        guest = self.guest(listen=False)
        timer = threading.Timer(3, guest.listen)
        timer.start()
        self.addCleanup(timer.join)
        self.assertGreen(self.asked(guest, '--wait', '30', 'guest'))

    def test_guest_that_does_not(self):
        guest = self.guest(listen=False)
        begin = time.monotonic()
        self.assertNoLogin(self.asked(guest, '--wait', '4', 'guest', limit=20), 'error')
        self.assertGreaterEqual(time.monotonic() - begin, 4)

    def test_without_waiting(self):
        self.assertNoLogin(self.asked(self.guest(listen=False), limit=10), 'error')

    def test_card_that_appears(self):
        guest = self.guest(force='if mkdir %s 2>/dev/null; then exec sh -c "$SSH_ORIGINAL_COMMAND" | grep -v 0x10de; fi; '
                           'eval "$SSH_ORIGINAL_COMMAND"\n' % os.path.join(self.folder(), 'seen'))
        self.assertGreen(self.asked(guest, '--wait', '30', 'guest'))

    def test_vm_that_starts(self):
        guest = self.guest()
        root = self.recorded(Machine('ml', CARD, 'off'))
        os.makedirs(root.at('run/libvirt/qemu'))
        started = self.recorded(Machine('ml', CARD))
        timer = threading.Timer(2, os.rename, [started.at('run/libvirt/qemu/ml.xml'), root.at('run/libvirt/qemu/ml.xml')])
        timer.start()
        self.addCleanup(timer.join)
        arguments = ('--wait', '30', '--guest', 'root@127.0.0.1:%d' % guest.port, 'vm', 'guest')
        self.assertGreen(self.report(root, *arguments))


class Several(AsksGuests):
    CARDS = 4
    SLOW = 2  # seconds

    def host(self):
        lines = ['iommu dmar0', 'acpi DMAR']
        for n in range(self.CARDS):
            lines += ['pci 0000:00:%02x.0 0604 8086:a70d driver=pcieport group=%d' % (n + 1, 10 + n),
                      '  pci 0000:%02x:00.0 0302 10de:2335 driver=vfio-pci group=%d' % (n + 1, 20 + n)]
        return '\n'.join(lines) + '\n'

    def asked_all(self, guests):
        root = self.described(self.host())
        machines = [Machine('vm%d' % n, "<hostdev type='pci'><source><address bus='%d' slot='0' function='0'/></source>"
                            "</hostdev>" % (n + 1)) for n in range(self.CARDS)]
        sections = ['[gpu 0000:%02x:00.0]\nvm=vm%d\nguest=root@127.0.0.1:%d\n' % (n + 1, n, guest.port)
                    for n, guest in enumerate(guests)]
        write(root.at('etc/gpucheck.conf'), '\n'.join(sections))
        return self.report(root, '-c', self.libvirt(*machines), 'guest')

    def slow(self, name='0x2335'):
        function = ('0000:05:00.0', '0x030200', '0x10de', name, 'nvidia')
        script = 'sleep %d; %s%secho end\n' % (self.SLOW, GREETING, echoed(function))
        return self.guest(force=script)

    def test_side_by_side(self):
        """Four slow guests take about as long as one."""
        guests = [self.slow() for _ in range(self.CARDS)]
        begin = time.monotonic()
        report = self.asked_all(guests)
        taken = time.monotonic() - begin
        self.assertEqual([one['verdict'] for one in report.checks if one['id'] == 'guest.device'], ['pass'] * self.CARDS)
        self.assertGreaterEqual(taken, self.SLOW)
        self.assertLess(taken, self.SLOW * self.CARDS)
        self.assertEqual(report.run.status, 0)

    def test_each_its_own_answer(self):
        """Right, wrong card, unknown host key, gone."""
        gone = Server(silent)
        gone.close()
        stranger = self.guest(known=False)
        report = self.asked_all([self.slow(), self.slow('0x2336'), stranger, gone])
        found = [tuple(report.verdict(name, '0000:%02x:00.0' % (n + 1)) for name in ('guest.ssh', 'guest.device'))
                 for n in range(self.CARDS)]
        self.assertEqual(found, [('pass', 'pass'), ('pass', 'fail'), ('fail', 'skip'), ('error', 'skip')])
        self.assertEqual(report.run.status, 1)
