#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirtd dies, is restarted, or falls silent, after each message of a run: said, in time, and never a pass.

Between gpucheck and a real libvirtd stands a proxy (proxy.py). The VM runs without the card that its saved definition has,
so that vm.pending fails: whatever of the answers is missing must not look like a VM that is off, or has no such
definition. A --fix that adds the card to a definition is cut after each message too: libvirtd then has the one definition or
the other, whole; the transaction tells which; and --undo gives back the first.
"""
import concurrent.futures
import os
import signal
import subprocess
import time
import unittest

import points
from daemon import Daemon, NO_DAEMON
from harness import NO_MOUNT_NAMESPACE, NOT_MEASURED, PASSED, gpucheck
from machines import CARD, GPU_SOURCE, VirtualMachines, hostdev
from proxy import Proxy, half, hang, reset

PATIENCE = 90  # seconds: what gpucheck grants libvirt, 20 or 60, and what a busy machine adds
DOMAIN = """<domain type='qemu'><name>ml</name><uuid>6c616221-6770-7563-6865-636b00000007</uuid><memory>32768</memory>
<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features><devices>%s</devices></domain>"""
# No bridge in the card's group: the running kernel's modules, which would tell of its driver, may not be there.
HOST = '''\
acpi    DMAR
iommu   dmar0
bound   ids
pci 0000:00:01.0 0604 8086:a70d driver=pcieport group=2
  pci 0000:01:00.0 0300 10de:2504 driver=vfio-pci group=19 boot_vga=0
  pci 0000:01:00.1 0403 10de:228e driver=vfio-pci group=19
pci 0000:00:02.0 0300 8086:a780 driver=i915 group=1 boot_vga=1
'''
# The machine itself, with the root's folders over its own; libvirt's socket lies in /tmp.
LIVE_HOST = '''set -e; root=$1; shift
mkdir -p "$root/var"
for folder in sys etc var; do mount --bind "$root/$folder" /$folder; done
exec "$@"'''


class WithDaemon(VirtualMachines):
    seconds = PATIENCE

    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.daemon.start()
        self.socket = self.daemon.uri.partition('=')[2]

    def proxy(self, after=None, happen=None):
        return Proxy(self.folder(), self.socket, after, happen)

    def chosen(self, count, every):
        """Points between messages: all of them, or every so many, the first and the last ones too."""
        return [n for n in range(count) if points.FULL or n < 3 or n >= count - 3 or not n % every]

    def tell(self, what, count):
        print('libvirtd %s: %d points' % (what, count), flush=True)


@unittest.skipIf(NO_DAEMON, NO_DAEMON)
class Checking(WithDaemon):
    def setUp(self):
        super().setUp()
        self.daemon.define(DOMAIN % '')
        self.daemon.virsh('start', 'ml')
        self.daemon.define(DOMAIN % CARD)
        self.host = self.root()
        # On a busy machine libvirt may need longer than it is granted.
        for _ in range(5):
            with self.proxy() as proxy:
                self.healthy = self.look(proxy)
                self.messages = proxy.messages
            if self.healthy.run.status != NOT_MEASURED:
                break
        self.assertEqual(self.healthy.verdict('vm.pending'), 'fail')
        self.assertGreater(self.messages, 20)

    def look(self, proxy, *arguments):
        return self.report(self.host, '--connect', proxy.uri, '-t', 'vm', 'vm', *arguments)

    def judge(self, report):
        """As in the healthy run, or not measured and so said."""
        if report.checks == self.healthy.checks:
            return 'as ever'
        passing = {one['id'] for one in report.checks if one['verdict'] in ('pass', 'warn')}
        self.assertEqual(passing, set(), [one['reason'] for one in report.checks])
        self.assertEqual(report.run.status, NOT_MEASURED)
        self.assertEqual(report.verdict('vm.hostdev'), 'error')
        self.assertTrue(report.reason('vm.hostdev'))
        return 'said'

    def cut_everywhere(self, what, happen, every):
        cuts, ends = self.chosen(self.messages, every), []
        for after in cuts:
            with self.subTest(what=what, after=after), self.proxy(after, happen) as proxy:
                ends.append(self.judge(self.look(proxy)))
                self.assertTrue(proxy.happened)
        self.tell('%s in mid-call' % what, len(cuts))
        self.assertIn('said', ends)

    def test_connection_lost(self):
        self.cut_everywhere('gone', reset, 2)

    def test_message_cut(self):
        self.cut_everywhere('gone in mid-message', half, 3)

    def test_killed(self):
        def kill(proxy, *_):
            self.daemon.process.kill()
            self.daemon.process.wait()
            proxy.cut()

        cuts = self.chosen(self.messages, 8)
        for after in cuts:
            with self.subTest(after=after), self.proxy(after, kill) as proxy:
                self.judge(self.look(proxy))
                self.assertIsNotNone(self.daemon.process.poll())
                self.daemon.start()
                # As soon as it is back, all is as ever: the VM ran on.
                proxy.happen = None
                proxy.happened = False
                self.assertEqual(self.look(proxy).checks, self.healthy.checks)
        self.tell('killed and restarted', len(cuts))

    def test_silent(self):
        cuts = self.chosen(self.messages, 1000)

        def look(after):
            with self.proxy(after, hang) as proxy:
                begin = time.monotonic()
                report = self.look(proxy)
                took = time.monotonic() - begin
            end = self.judge(report)
            self.assertLess(took, PATIENCE)
            if end == 'said':
                self.assertIn('no answer within', report.reason('vm.hostdev'))

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            list(pool.map(look, cuts))
        self.tell('silent', len(cuts))

    def test_stopped(self):
        """The process itself stands still."""
        os.kill(self.daemon.process.pid, signal.SIGSTOP)
        try:
            report = self.report(self.host, '--connect', self.daemon.uri, 'vm')
        finally:
            os.kill(self.daemon.process.pid, signal.SIGCONT)
        self.assertNotMeasured(report, 'no answer within')
        self.assertEqual(self.report(self.host, '--connect', self.daemon.uri, '-t', 'vm', 'vm').checks,
                         self.healthy.checks)


@unittest.skipIf(NO_DAEMON or NO_MOUNT_NAMESPACE or os.geteuid(), NO_DAEMON or NO_MOUNT_NAMESPACE or 'needs root')
class Fixing(WithDaemon):
    """--fix vm.functions adds the audio function, on the machine itself."""

    def setUp(self):
        super().setUp()
        self.daemon.define(DOMAIN % hostdev(GPU_SOURCE))
        self.before = self.saved()

    def saved(self):
        return self.daemon.virsh('dumpxml', '--inactive', 'ml')

    def live(self, root, proxy, *arguments):
        return self.started(['unshare', '-m', 'sh', '-c', LIVE_HOST, 'sh', root.folder, gpucheck(), '--connect', proxy.uri,
                             *arguments], subprocess.PIPE)

    def states(self, root):
        found = {}
        place = root.at('var/lib/gpucheck')
        for name in os.listdir(place) if os.path.isdir(place) else ():
            if name.isdigit():
                with open(os.path.join(place, name, 'state'), encoding='ascii') as f:
                    found[name] = f.read().strip()
        return found

    def fix(self, root, proxy):
        return self.live(root, proxy, '--fix', '--yes', '-g', '01:00.0', 'vm.functions')

    def test_cut_everywhere(self):
        with self.proxy() as proxy:
            root = self.described(HOST)
            run = self.fix(root, proxy)
            self.assertIn('plan 1 is applied', run.stderr)
            messages, after = proxy.messages, self.saved()
            self.assertNotEqual(after, self.before)
            run = self.live(root, proxy, '--undo')
            self.assertIn('plan 1 is taken back', run.stderr)
            self.assertEqual(self.saved(), self.before)
        cuts, ends = self.chosen(messages, 4), {}
        for count in cuts:
            with self.subTest(after=count), self.proxy(count, (reset, half)[count % 2]) as proxy:
                end = self.cut(proxy, after)
                ends[end] = ends.get(end, 0) + 1
            self.daemon.define(self.before)
        self.tell('gone while a definition is changed', len(cuts))
        print(', '.join('%d %s' % (count, end) for end, count in sorted(ends.items())), flush=True)

    def cut(self, proxy, after):
        """How it ended; at last the definition is as before."""
        root = self.described(HOST)
        run, now = self.fix(root, proxy), self.saved()
        states = self.states(root)
        self.assertIn(now, (self.before, after))
        if 'plan 1 is applied' in run.stderr:
            self.assertEqual((now, states), (after, {'1': 'applied'}))
            end = 'applied'
        elif not states:
            self.assertEqual(now, self.before)
            self.assertTrue(run.status != PASSED or 'refused: vm.functions' in run.stderr, run)
            return 'nothing changed'
        elif states == {'1': 'undone'}:
            self.assertEqual(now, self.before)
            self.assertIn('everything was taken back', run.stderr)
            return 'taken back'
        else:
            self.assertIn(states['1'], ('applying', 'undoing'))
            self.assertIn('gpucheck --undo', run.stderr)
            end = 'left to --undo'
        proxy.happen, proxy.happened = None, False
        run = self.live(root, proxy, '--undo')
        self.assertIn('plan 1 is taken back', run.stderr, run)
        self.assertEqual((self.saved(), self.states(root)), (self.before, {'1': 'undone'}))
        return end


if __name__ == '__main__':
    unittest.main()
