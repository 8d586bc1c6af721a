# SPDX-License-Identifier: GPL-2.0-or-later
"""VM definitions as people and libvirt write them: for libvirt's own test driver, and as its files below a root.

The driver (test:///FILE) reads domain XML with libvirt's parser and writes it anew, so what reaches gpucheck is tidy;
the files reach it byte for byte. A test that holds for both is run with both.
"""
import collections
import os
import subprocess
from xml.sax.saxutils import escape

from harness import (CRASHED, CommandLine, FAILED, FIXTURES, NOT_MEASURED, PASSED, REFUSED, Root, Run, environment,
                     text)

SECONDS = 60
RUNSTATES = {'running': 1, 'paused': 3, 'off': 5, 'crashed': 6, 'suspended': 7}
STATES_ON_DISK = {'running': 'running', 'paused': 'paused', 'suspended': 'pmsuspended'}
SAVED, LIVE = 'etc/libvirt/qemu/%s.xml', 'run/libvirt/qemu/%s.xml'

GPU_SOURCE = "domain='0x0000' bus='0x01' slot='0x00' function='0x0'"
AUDIO_SOURCE = "domain='0x0000' bus='0x01' slot='0x00' function='0x1'"

# devices: text of XML. live: the devices it runs with, when they differ.
Machine = collections.namedtuple('Machine', 'name devices state live managed_save transient',
                                 defaults=('running', None, False, False))


def hostdev(source, inside='', attributes="mode='subsystem' type='pci' managed='yes'"):
    return '<hostdev %s><source><address %s/></source>%s</hostdev>' % (attributes, source, inside)


CARD = hostdev(GPU_SOURCE) + hostdev(AUDIO_SOURCE)


def domain(machine, devices, marks='', kind='kvm'):
    return ("<domain type='%s' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>%s</name>"
            "<memory>1048576</memory><os><type>hvm</type></os><devices>%s</devices>%s</domain>"
            % (kind, escape(machine.name), devices, marks))


def domstatus(machine, devices):
    return "<domstatus state='%s' reason='booted' pid='4242'>\n%s\n</domstatus>\n" % (
        STATES_ON_DISK[machine.state], domain(machine, devices))


def write_files(root, *machines):
    """libvirt's own files below the root, as /etc/libvirt and /run/libvirt have them."""
    root.write('etc/libvirt/qemu/networks/default.xml', '<network><name>default</name></network>')
    for machine in machines:
        if not machine.transient:
            root.write(SAVED % machine.name, '<!-- WARNING: THIS IS AN AUTO-GENERATED FILE. -->\n\n'
                       + domain(machine, machine.devices))
        if machine.state in STATES_ON_DISK:
            root.write(LIVE % machine.name, domstatus(machine, machine.devices if machine.live is None
                                                      else machine.live))
        if machine.managed_save:
            root.write('var/lib/libvirt/qemu/save/%s.save' % machine.name, 'LibvirtQemudSave')


def node(*machines):
    """The file of the test driver."""
    texts = []
    for machine in machines:
        marks = '<test:runstate>%d</test:runstate>' % RUNSTATES[machine.state]
        marks += '<test:transient/>' * machine.transient + '<test:hasmanagedsave/>' * machine.managed_save
        texts.append(domain(machine, machine.devices, marks, 'test'))
    return '<node>%s</node>' % ''.join(texts)


def left_of(session):
    """Processes of a session, ended ones that nobody waited for too."""
    left = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open('/proc/%s/stat' % pid, encoding='utf-8', errors='replace') as f:
                name, fields = f.read().rsplit(')', 1)
        except OSError:
            continue
        if int(fields.split()[3]) == session:
            left.append(name + ')')
    return left


class VirtualMachines(CommandLine):
    """A test that runs gpucheck about VMs; every run is also checked for processes it left."""

    seconds = SECONDS

    def wrapped(self, command):
        return command

    def started(self, command, stdout, **env):
        process = subprocess.Popen(self.wrapped(command), stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=subprocess.PIPE, env=environment(**env), start_new_session=True)
        try:
            out, err = process.communicate(timeout=self.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.fail('no end in %d s: %r' % (self.seconds, command))
        self.assertEqual(left_of(process.pid), [], 'left behind by %r' % command)
        run = Run(process.returncode, text(out or b''), text(err))
        self.assertNotEqual(run.status, CRASHED, run.stderr)
        self.assertIn(run.status, (PASSED, FAILED, REFUSED, NOT_MEASURED), '%r: %s' % (command, run.stderr))
        return run

    def described(self, description):
        """A root built from the text of a description (fixtures/mkroot.py)."""
        folder = self.folder()
        host, root = os.path.join(folder, 'host'), os.path.join(folder, 'root')
        with open(host, 'w', encoding='utf-8') as f:
            f.write(description)
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), host, root], check=True)
        return Root(root)

    def libvirt(self, *machines):
        """The URI of a libvirt that has these."""
        path = os.path.join(self.folder(), 'node.xml')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(node(*machines))
        return 'test://' + path

    def recorded(self, *machines):
        """A root that holds the files of these."""
        root = self.root()
        write_files(root, *machines)
        return root

    def by_libvirt(self, machines, *arguments):
        return self.report(self.root(), '--connect', self.libvirt(*machines), *(arguments or ('vm',)))

    def by_files(self, machines, *arguments):
        return self.report(self.recorded(*machines), *(arguments or ('vm',)))

    def both(self, machines, *arguments):
        """The report of either way, each within a subtest."""
        for way in (self.by_libvirt, self.by_files):
            with self.subTest(way=way.__name__):
                yield way(machines, *arguments)

    def assertVerdicts(self, report, status, **verdicts):
        """vm_hostdev='pass' and so on, and the exit status."""
        found = {name: report.verdict(name.replace('_', '.', 1)) for name in verdicts}
        reasons = [one['reason'] for one in report.checks]
        self.assertEqual(found, verdicts, reasons)
        self.assertEqual(report.run.status, status, reasons)

    def assertNotMeasured(self, report, word=''):
        """Not one vm check is green, vm.hostdev tells why, and the status is 3."""
        self.assertVerdicts(report, NOT_MEASURED, vm_hostdev='error', vm_running='skip')
        self.assertIn(word, report.reason('vm.hostdev'))
