# SPDX-License-Identifier: GPL-2.0-or-later
"""One process that runs the whole of it over and over: what a run keeps adds up, and is seen."""
import collections
import os
import pwd
import subprocess
import time
import unittest

import table
from caller import HOME, AsksGuests
from daemon import Daemon, NO_DAEMON
from guests import CARD as SEEN
from harness import CommandLine, NO_MOUNT_NAMESPACE, built_root, environment, gpucheck
from machines import CARD, Machine, domain
from test_cost import is_sanitized

FORMATS = ('text', 'tap', 'json', 'junit', 'prometheus')
HOSTS = ('rtx3060-ready', 'rtx3060-seen-by-the-guest', 'rtx3060-vtd-off-by-argument', 'no-gpu-at-all',
         'rtx3060-vm-still-runs-the-old-definition', 'cmdline-and-interrupts-unreadable', 'rtx4090-fell-off-the-bus',
         'proxmox-systemd-boot-turns-it-off')
SAMPLES = 100
HANG = 7200  # seconds
SLACK = 256  # KiB: what the allocator keeps at hand beyond the bytes in use
SMALLEST_PIECE = 32  # bytes, of glibc's malloc with what it adds, on 64 bits
Sample = collections.namedtuple('Sample', 'runs heap resident descriptors threads children statuses')


class Soaks(CommandLine):
    def soak(self, what, count, lists, prefix=()):
        """Run the lists of arguments in turn; nothing may be more at the end than when each ran a few times."""
        words = [word for one in lists for word in (*one, '+')]
        # glibc's caches of freed pieces count as in use (mallinfo(3)): without them the number is exact.
        given = environment(GLIBC_TUNABLES='glibc.malloc.tcache_count=0')
        begin = time.monotonic()
        done = subprocess.run([*prefix, os.path.join(os.path.dirname(gpucheck()), 'soak-runs'), str(count), str(SAMPLES),
                               *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, env=given,
                              timeout=HANG, check=False)
        seconds = time.monotonic() - begin
        self.assertEqual(done.returncode, 0, done.stderr)
        samples = [Sample(*map(int, line.split())) for line in done.stdout.splitlines()]
        self.assertEqual(samples[-1].runs, count)
        # The first sample was taken before anything was loaded.
        first, rest = samples[1 + len(samples) // 100], samples[2 + len(samples) // 100:]
        most = Sample(*map(max, zip(*rest)))
        table.add(what, count, seconds, 'heap %+d bytes (%d), resident %+d KiB (%d), descriptors %+d (%d), threads %+d'
                  % (rest[-1].heap - first.heap, first.heap, most.resident - first.resident, first.resident,
                     most.descriptors - first.descriptors, first.descriptors, most.threads - first.threads))
        if not is_sanitized(gpucheck()):
            # Were a piece lost each time that a list is run, even the smallest, it would be more than that.
            turns = (count - first.runs) // len(lists)
            self.assertLess(rest[-1].heap - first.heap, SMALLEST_PIECE * turns, samples)
            self.assertLessEqual(most.resident - first.resident, SLACK, samples)
        self.assertEqual((most.descriptors, most.threads, most.children), (first.descriptors, 1, 0), samples)
        return done.stderr, samples


class Flat(Soaks):
    def test_below_a_root(self):
        """Hosts and formats in turn."""
        lists = [('--root', built_root(name), '-f', form, '-o', '/dev/null', '-q')
                 for name in HOSTS for form in FORMATS]
        self.soak('recorded hosts, all formats, in one process', table.runs, lists)

    def test_this_machine(self):
        self.soak('this machine', table.share(4, 100), [('-f', form, '-o', '/dev/null', '-t', 'display')
                                                        for form in FORMATS])

    def test_something_is_measured(self):
        """This test itself: were nothing measured, all would be flat."""
        _, samples = self.soak('one host', 100, [('--root', built_root(HOSTS[0]), '-o', '/dev/null')])
        self.assertGreater(samples[-1].heap, 1000)
        self.assertGreater(samples[-1].resident, 1000)
        self.assertGreaterEqual(samples[-1].descriptors, 3)
        self.assertEqual(samples[0].statuses, 0)


def of_process(pid):
    """(KiB in memory, descriptors)."""
    with open('/proc/%d/statm' % pid, encoding='ascii') as f:
        return int(f.read().split()[1]) * os.sysconf('SC_PAGESIZE') // 1024, len(os.listdir('/proc/%d/fd' % pid))


@unittest.skipIf(NO_DAEMON, NO_DAEMON)
class WithLibvirt(Soaks):
    def test_real_libvirtd(self):
        """Neither gpucheck grows, nor the daemon that it asks: every connection is closed."""
        daemon = Daemon()
        self.addCleanup(daemon.close)
        daemon.start()
        daemon.define(domain(Machine('ml', CARD, 'off'), CARD, kind='qemu'))
        arguments = ('--root', built_root(HOSTS[0]), '-c', daemon.uri, '-f', 'json', '-o', '/dev/null', 'vm')
        self.soak('(the daemon wakes up)', 10, [arguments])
        table.rows.pop()
        before = of_process(daemon.process.pid)
        _, samples = self.soak('a real libvirtd asked', table.share(20, 30), [arguments])
        after = of_process(daemon.process.pid)
        table.add('... of that libvirtd', samples[-1].runs, 0, 'resident %+d KiB (%d), descriptors %+d (%d)'
                  % (after[0] - before[0], before[0], after[1] - before[1], before[1]))
        self.assertEqual(samples[-1].statuses, samples[-1].runs, 'the VM is off: each run says fail')
        self.assertEqual(after[1], before[1], 'a connection stays open')


@unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
class WithAGuest(Soaks, AsksGuests):
    def test_real_sshd(self):
        guest = self.guest(SEEN)
        root = self.recorded(Machine('ml', CARD))
        prefix = ['unshare', '-m', 'sh', '-c', HOME, 'sh', self.home, pwd.getpwuid(0).pw_dir, self.passwd]
        arguments = ('--root', root.folder, '--guest', 'root@127.0.0.1:%d' % guest.port, '-o', '/dev/null', 'guest')
        _, samples = self.soak('a guest asked, over a real sshd', table.share(50, 12), [arguments], prefix)
        self.assertEqual(samples[-1].statuses, 0, 'a run was not green')
        for process in guest.running:
            process.wait(60)


if __name__ == '__main__':
    unittest.main()
