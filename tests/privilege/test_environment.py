# SPDX-License-Identifier: GPL-2.0-or-later
"""No variable of the environment and no current folder changes what root executes, loads, reads or writes."""
import os
import subprocess
import unittest

import keys
from caller import AsksGuests
from guests import write
from harness import NO_MOUNT_NAMESPACE, PASSED, gpucheck
from live import Live
from machines import CARD, Machine
from traps import HANDED_ON, ROOTS_OWN, Trace, Traps, no_strace

NO_STRACE = no_strace()
OWN_PROGRAMS = ('gpucheck-libvirt', 'gpucheck-definitions', 'gpucheck-guest', 'gpucheck-initramfs')
SYSTEM = ('/usr/sbin/', '/usr/bin/', '/sbin/', '/bin/')


class Judges:
    """What must hold of a traced run."""

    def assertNoTrapSeen(self, trace, traps):
        self.assertEqual(traps.marks(), [])
        self.assertEqual(trace.looked_at(traps.folder), [])

    def assertCleanChildren(self, trace, *wanted):
        executed = trace.executed()
        for name in wanted:
            self.assertTrue(any(path.endswith('/' + name) for path, _ in executed), '%s did not run' % name)
        for path, variables in executed:
            own = os.path.dirname(path) == os.path.dirname(gpucheck()) and os.path.basename(path) in OWN_PROGRAMS
            self.assertTrue(own or path.startswith(SYSTEM), path)
            if own:
                self.assertLessEqual({one.split('=')[0] for one in variables}, HANDED_ON, path)
                self.assertLessEqual(ROOTS_OWN, set(variables), path)


@unittest.skipIf(NO_STRACE, NO_STRACE)
class OfAFix(Judges, Live):
    def test_every_variable_and_a_hostile_folder(self):
        """--fix and --undo on a live host: the same programs, the same bytes as without all that."""
        clean = self.machine()
        self.assertFixed(self.fix_live(root=clean), clean)
        traps = Traps(self.work)
        trace = Trace(os.path.join(self.work, 'log'), traps.variables())
        self.assertFixed(self.fix_live(prefix=trace.prefix, here=traps.folder))
        self.assertNoTrapSeen(trace, traps)
        self.assertCleanChildren(trace, 'update-grub', 'diff', 'sed')
        self.assertEqual(self.written(), self.written(clean))
        run = self.live('--undo', prefix=trace.prefix, here=traps.folder)
        self.assertIn('plan 1 is taken back', run.stderr)
        self.assertNoTrapSeen(trace, traps)
        self.assertCleanChildren(trace, 'update-grub')

    def test_commands_get_a_fixed_environment(self):
        """update-grub is a shell script: what it gets is three variables, whatever root has."""
        script = self.root.at('usr/sbin/update-grub')
        with open(script, encoding='utf-8') as f:
            lines = f.read()
        write(script, lines.replace('set -e\n', 'set -e\ntr "\\0" "\\n" </proc/$$/environ >/boot/environ\npwd >/boot/pwd\n'
                                    'umask >/boot/umask\n', 1))
        given = {**Traps(self.work).variables(), 'LC_ALL': 'de_DE.UTF-8', 'PWD': self.work}
        self.assertFixed(self.fix_live(prefix=['/usr/bin/env', *('%s=%s' % item for item in given.items())]))
        with open(self.root.at('boot/environ'), encoding='utf-8') as f:
            self.assertEqual(sorted(f.read().split()), ['HOME=/root', 'LC_ALL=C.UTF-8',
                                                        'PATH=/usr/sbin:/usr/bin:/sbin:/bin'])
        for name, content in (('pwd', '/'), ('umask', '0022')):
            with open(self.root.at('boot/' + name), encoding='utf-8') as f:
                self.assertEqual(f.read().strip(), content)

    def test_a_folder_that_is_gone(self):
        """Its name may be anybody's again."""
        place = os.path.join(self.work, 'gone')
        os.mkdir(place)
        run = self.live('--fix', '--yes', 'iommu.cmdline', here=place,
                        prefix=['sh', '-c', 'rmdir %s; exec "$@"' % place, 'sh'])
        self.assertFixed(run)


@unittest.skipIf(NO_STRACE, NO_STRACE)
class OfALook(Judges, Live):
    def test_host_checks(self):
        traps = Traps(self.work)
        trace = Trace(os.path.join(self.work, 'log'), traps.variables())
        self.live('-f', 'text', '-t', 'display', prefix=trace.prefix, here=traps.folder)
        self.assertNoTrapSeen(trace, traps)

    def test_record(self):
        traps = Traps(self.work)
        trace = Trace(os.path.join(self.work, 'log'), traps.variables())
        place = os.path.join(self.work, 'record')
        run = self.live('--record', place, '-t', 'display', prefix=trace.prefix, here=traps.folder)
        self.assertTrue(os.path.exists(os.path.join(place, 'proc/cmdline')), run.stderr)
        self.assertNoTrapSeen(trace, traps)


@unittest.skipIf(NO_STRACE, NO_STRACE)
@unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
class OfTheDoors(Judges, AsksGuests):
    """The programs that know libvirt and SSH, whose libraries heed the most variables."""

    def setUp(self):
        super().setUp()
        self.place = self.folder()
        self.traps = Traps(self.place)
        self.trace = Trace(os.path.join(self.place, 'log'), self.traps.variables())

    def wrapped(self, command):
        here = ['sh', '-c', 'cd %s; exec "$@"' % self.traps.folder, 'sh']
        return super().wrapped([*here, *self.trace.prefix, *command])

    def test_libvirt(self):
        report = self.by_libvirt([Machine('ml', CARD)])
        self.assertEqual(report.verdict('vm.hostdev'), 'pass')
        self.assertNoTrapSeen(self.trace, self.traps)
        self.assertCleanChildren(self.trace, 'gpucheck-libvirt')

    def test_definitions(self):
        report = self.by_files([Machine('ml', CARD)])
        self.assertEqual(report.verdict('vm.hostdev'), 'pass')
        self.assertNoTrapSeen(self.trace, self.traps)
        self.assertCleanChildren(self.trace, 'gpucheck-definitions')

    def test_guest(self):
        """By a ProxyCommand of root's own, which a shell starts: not the one that SHELL names."""
        guest = self.guest()
        proxy = os.path.join(self.folder(), 'proxy')
        write(proxy, 'import os, socket, sys, threading\ns = socket.create_connection(("127.0.0.1", int(sys.argv[1])))\n'
              'def copy():\n    while (data := os.read(0, 65536)):\n        s.sendall(data)\n'
              'threading.Thread(target=copy, daemon=True).start()\n'
              'while (data := s.recv(65536)):\n    os.write(1, data)\n')
        self.ssh_file('config', 'Host mlbox\n HostName 127.0.0.1\n Port %d\n User root\n ProxyCommand /usr/bin/python3 %s %%p\n'
                      % (guest.port, proxy))
        report = self.asked(guest, name='mlbox', limit=200)
        self.assertEqual(report.verdict('guest.ssh'), 'pass', report.reason('guest.ssh'))
        self.assertNoTrapSeen(self.trace, self.traps)
        self.assertCleanChildren(self.trace, 'gpucheck-guest', 'python3')

    def test_the_tracer_sees_it(self):
        """Were it blind, nothing here would show anything."""
        log = os.path.join(self.place, 'seen')
        trace = Trace(log, self.traps.variables())
        subprocess.run([*trace.prefix, '/bin/sh', '-c', 'sed --version'], cwd=self.traps.folder, check=True,
                       stdout=subprocess.DEVNULL)
        self.assertTrue(self.traps.marks())
        self.assertTrue(any(one.startswith('execve') and one.endswith('/sed') for one in trace.looked_at(self.traps.folder)))
        self.assertTrue(any('BASH_ENV' in one for _, variables in trace.executed() for one in variables))


class OfTheLoader(unittest.TestCase):
    def test_no_program_names_a_folder_of_libraries(self):
        """What is installed has no RUNPATH: the loader looks where it does for every program."""
        for name in ('gpucheck', *OWN_PROGRAMS):
            path = os.path.join(os.path.dirname(gpucheck()), name)
            done = subprocess.run(['readelf', '-d', path], capture_output=True, text=True, check=True)
            with self.subTest(name=name):
                self.assertIn('NEEDED', done.stdout)
                self.assertNotRegex(done.stdout, r'\((RPATH|RUNPATH)\)')


if __name__ == '__main__':
    unittest.main()
