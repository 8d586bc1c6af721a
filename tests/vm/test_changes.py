# SPDX-License-Identifier: GPL-2.0-or-later
"""What is changed of a VM, with libvirt's QEMU driver and, where no state has to last, with its test driver."""
import collections
import os
import subprocess
import threading
import time
import unittest

from asking import AUDIO, Asking, GPU
from daemon import Daemon, NO_DAEMON
from harness import NO_MOUNT_NAMESPACE, read
from machines import Machine, node

UUID = '6c616221-6770-7563-6865-636b00000002'
NOTES = '<app:note xmlns:app="urn:example:notes" app:kind="x"><app:devices>é</app:devices></app:note>'
DOMAIN = """<domain type='qemu'>
  <name>ml</name>
  <uuid>%s</uuid>
  <metadata>%s</metadata>
  <memory>32768</memory>
  <os><type arch='x86_64' machine='{machine}'>hvm</type></os>
  {features}
  <devices>
    {devices}
  </devices>
</domain>""" % (UUID, NOTES)
FEATURES = "<features><acpi/></features><pm><suspend-to-mem enabled='yes'/></pm>"
GRAPHICS = "<graphics type='vnc' passwd='secret'><listen type='socket'/></graphics>"
DISK = ("<disk type='file' device='disk'><driver name='qemu' type='%s'/><source file='%s'/>"
        "<target dev='hda' bus='ide'/></disk>")
SERIAL = "<serial type='file'><source path='%s'/></serial>"

# A guest of one sector: it asks for the power button (ACPI's PM1a registers at port 600h, as SeaBIOS puts them), says B
# on its serial port, sleeps from tick to tick until the button is pressed, and writes the sleep type that it is made for.
OFF, TO_MEMORY = 0x2000, 0x2400  # SLP_EN, with QEMU's type of S5 and of S3
BUTTON_GUEST = ('ba 02 06  b8 00 01  ef'            # out PM1a_EN, PWRBTN_EN
                'ba f8 03  b0 42  ee'               # out COM1, 'B'
                'ba 00 06'                          # mov dx, PM1a_STS
                'fb f4  ed  f6 c4 01  74 f8'        # sti; hlt; in ax, dx; test ah, 1; jz sti
                'ba 04 06  b8 %02x %02x  ef'        # out PM1a_CNT, sleep type
                'eb fe')                            # jmp $


def boot_sector(sleep):
    code = bytes.fromhex((BUTTON_GUEST % (sleep & 0xff, sleep >> 8)).replace(' ', ''))
    return code.ljust(510, b'\0') + b'\x55\xaa' + bytes(1 << 20)


class Changes(Asking):
    def definition(self, uri, name='ml'):
        answer = self.ask(uri=uri, definition=name)
        self.assertEqual(list(answer), ['xml'], answer)
        return answer['xml']

    def changed(self, uri, before, after, name='ml'):
        """What libvirt has once it took the definition."""
        answer = self.ask(uri=uri, define=name, before=before, after=after)
        self.assertEqual(sorted(answer), ['validated', 'xml'], answer)
        self.assertTrue(answer['validated'])
        self.assertEqual(answer['xml'], self.definition(uri, name))
        return answer['xml']


@unittest.skipIf(NO_DAEMON, NO_DAEMON)
class WithQemu(Changes):
    def setUp(self):
        self.daemon = Daemon()
        self.addCleanup(self.daemon.close)
        self.daemon.start()
        self.uri = self.daemon.uri

    def define(self, devices='', machine='q35'):
        """A VM ml; its definition as libvirt has it."""
        self.daemon.define(DOMAIN.format(machine=machine, features=FEATURES, devices=GRAPHICS + devices))
        return self.definition(self.uri)

    def file(self, name, content=b''):
        path = self.daemon.at(name)
        with open(path, 'wb') as f:
            f.write(content)
        os.chmod(path, 0o666)
        return path

    def start_guest(self, sleep):
        """A VM whose guest obeys the power button."""
        serial = self.file('serial')
        self.define(DISK % ('raw', self.file('disk', boot_sector(sleep))) + SERIAL % serial, 'pc')
        self.assertEqual(self.ask(uri=self.uri, start='ml'), {'state': 'running'})
        deadline = time.monotonic() + 30
        while 'B' not in read(serial):
            self.assertLess(time.monotonic(), deadline, 'the guest does not boot')
            time.sleep(0.1)


class Define(WithQemu):
    def test_it_lasts(self):
        before = self.define()
        after = self.changed(self.uri, before, self.edited(before))
        self.assertIn('<hostdev', read(os.path.join(self.daemon.definitions, 'ml.xml')))
        self.daemon.stop()
        self.daemon.start()
        self.assertEqual(self.definition(self.uri), after)
        report = self.report(self.root(), '--connect', self.uri, 'vm')
        self.assertEqual([report.verdict(one) for one in ('vm.hostdev', 'vm.functions')], ['pass', 'pass'])

    def test_libvirt_keeps_what_it_got(self):
        """libvirt adds guest addresses to the hostdevs, and changes nothing else."""
        before = self.define()
        edited = self.edited(before, GPU, AUDIO, rom_off=True)
        after = self.changed(self.uri, before, edited)
        self.assertEqual(collections.Counter(edited.splitlines()) - collections.Counter(after.splitlines()),
                         collections.Counter())
        self.assertEqual(after.count("<rom bar='off'/>"), 2)
        self.assertEqual(self.edited(after), after)
        self.assertEqual(self.changed(self.uri, after, after), after)

    def test_there_and_back(self):
        """The definition, and every file that libvirt keeps, are as before to the byte."""
        before = self.define()
        kept = self.daemon.kept()
        self.assertIn(os.path.join(self.daemon.definitions, 'ml.xml'), kept)
        after = self.changed(self.uri, before, self.edited(before))
        self.assertNotEqual(self.daemon.kept(), kept)
        self.assertEqual(self.changed(self.uri, after, before), before)
        self.assertEqual(self.daemon.kept(), kept)

    def test_what_belongs_to_the_vm_survives(self):
        """Snapshots, notes in a namespace of someone's own, the password, autostart."""
        disk = self.daemon.at('disk')
        subprocess.run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '1M'], check=True)
        os.chmod(disk, 0o666)
        before = self.define(DISK % ('qcow2', disk), 'pc')
        self.daemon.virsh('snapshot-create-as', 'ml', 'clean', 'as installed')
        self.daemon.virsh('autostart', 'ml')
        snapshot = self.daemon.virsh('snapshot-dumpxml', 'ml', 'clean')
        self.assertIn("passwd='secret'", before)
        after = self.changed(self.uri, before, self.edited(before))
        self.assertEqual(self.daemon.virsh('snapshot-list', 'ml', '--name').split(), ['clean'])
        self.assertEqual(self.daemon.virsh('snapshot-dumpxml', 'ml', 'clean'), snapshot)
        self.assertIn('enable', self.daemon.virsh('dominfo', 'ml').split('Autostart:')[1].splitlines()[0])
        for part in ("passwd='secret'", '<app:devices>é</app:devices>', 'xmlns:app="urn:example:notes"'):
            self.assertIn(part, after)
        self.assertEqual(self.changed(self.uri, after, before), before)
        self.assertEqual(self.daemon.virsh('snapshot-list', 'ml', '--name').split(), ['clean'])

    def test_changed_meanwhile(self):
        before = self.define()
        self.daemon.virsh('desc', 'ml', '--config', 'by somebody else')
        kept = self.daemon.kept()
        self.assertTrouble(self.ask(uri=self.uri, define='ml', before=before, after=self.edited(before)), 'changed')
        now = self.definition(self.uri)
        for other in (now + ' ', now[1:], now.replace('secret', 'Secret'), '', '<domain/>'):
            self.assertTrouble(self.ask(uri=self.uri, define='ml', before=other, after=self.edited(now)), 'changed')
        self.assertEqual(self.daemon.kept(), kept)
        self.changed(self.uri, now, self.edited(now))

    def assertNotDefined(self, kind, before, *texts):
        kept = self.daemon.kept()
        for after in texts:
            with self.subTest(after=after[-300:]):
                self.assertNotEqual(after, before)
                self.assertTrouble(self.ask(uri=self.uri, define='ml', before=before, after=after), kind)
                self.assertEqual(self.daemon.kept(), kept)
                self.assertEqual(self.daemon.virsh('list', '--all', '--name').split(), ['ml'])

    def test_nonsense(self):
        before = self.define()
        edited = self.edited(before)
        self.assertNotDefined('refused', before, before.replace('<devices>', '<devices><nonsense/>'),
                              edited.replace("managed='yes'", "managed='perhaps'"),
                              edited.replace("bus='0x01'", "bus='0x100'"),
                              edited.replace("type='pci' managed", "type='pcie' managed"),
                              before.replace("type='qemu'", "type='nothing'"))

    def test_another_vm(self):
        """libvirt would make a second VM of another name or UUID, or take away this one's."""
        before = self.define()
        other = UUID[:-1] + '3'
        self.assertNotDefined('request', before, before.replace('>ml<', '>other<'), before.replace(UUID, other),
                              before.replace('>ml<', '>other<').replace(UUID, other),
                              before.replace('  <uuid>%s</uuid>\n' % UUID, ''), before.replace('<name>ml</name>', ''),
                              before.replace('<name>', "<x:name xmlns:x='urn:x'>ml</x:name><name>not "),
                              before[:-10], '', 'x', '<network/>')

    def test_while_it_runs(self):
        before = self.define()
        self.ask(uri=self.uri, start='ml')
        live = self.daemon.virsh('dumpxml', 'ml')
        self.assertEqual(self.definition(self.uri), before)
        after = self.changed(self.uri, before, self.edited(before))
        self.assertEqual(self.daemon.virsh('dumpxml', 'ml'), live)
        self.assertEqual(self.ask(uri=self.uri, start='ml'), {'state': 'running'})
        self.assertEqual(self.changed(self.uri, after, before), before)

    def test_transient(self):
        self.define()
        xml = self.daemon.at('new.xml')
        self.daemon.virsh('undefine', 'ml')
        self.daemon.virsh('create', xml)
        for request in ({'definition': 'ml'}, {'define': 'ml', 'before': read(xml), 'after': read(xml)}):
            self.assertTrouble(self.ask(uri=self.uri, **request), 'transient', 'ml')
        self.assertEqual(self.ask(uri=self.uri, start='ml'), {'state': 'running'})


class Run(WithQemu):
    def test_guest_shuts_down(self):
        self.start_guest(OFF)
        begin = time.monotonic()
        self.assertEqual(self.ask(uri=self.uri, shutdown='ml', seconds=30), {'state': 'off'})
        self.assertLess(time.monotonic() - begin, 25)
        self.assertEqual(self.daemon.state('ml'), 'shut off')
        self.assertEqual(self.ask(uri=self.uri, shutdown='ml', seconds=30), {'state': 'off'})
        self.assertEqual(self.ask(uri=self.uri, start='ml'), {'state': 'running'})

    def test_transient_guest_shuts_down(self):
        """Once it is off, it is not there any more."""
        self.start_guest(OFF)
        self.daemon.virsh('undefine', 'ml')
        self.assertEqual(self.ask(uri=self.uri, shutdown='ml', seconds=30), {'state': 'off'})
        self.assertTrouble(self.ask(uri=self.uri, shutdown='ml', seconds=30), 'missing')

    def test_no_guest_to_shut_down(self):
        """No system, nobody listens: an error in time, and the VM is not killed."""
        self.define()
        self.assertEqual(self.ask(uri=self.uri, start='ml'), {'state': 'running'})
        for seconds in (0, 2):
            begin = time.monotonic()
            self.assertTrouble(self.ask(uri=self.uri, shutdown='ml', seconds=seconds), 'timeout', 'running')
            self.assertGreaterEqual(time.monotonic() - begin, seconds)
            self.assertLess(time.monotonic() - begin, seconds + 10)
            self.assertEqual(self.daemon.state('ml'), 'running')

    def test_libvirt_ends_meanwhile(self):
        """At once, not when the time is up; the VM runs on, and libvirt finds it again."""
        self.define()
        self.ask(uri=self.uri, start='ml')
        begin = time.monotonic()
        end = threading.Timer(1, self.daemon.stop)
        end.start()
        self.assertTrouble(self.ask(uri=self.uri, shutdown='ml', seconds=50), 'connection')
        self.assertLess(time.monotonic() - begin, 25)
        end.join()
        self.assertTrouble(self.ask(uri=self.uri, shutdown='ml', seconds=50), 'connection')
        self.daemon.start()
        self.assertEqual(self.daemon.state('ml'), 'running')

    def test_paused(self):
        self.define()
        self.assertEqual(self.ask(uri=self.uri, start='ml'), {'state': 'running'})
        self.daemon.virsh('suspend', 'ml')
        self.assertTrouble(self.ask(uri=self.uri, start='ml'), 'refused', 'paused')
        self.assertEqual(self.daemon.state('ml'), 'paused')
        for _ in range(2):
            self.assertEqual(self.ask(uri=self.uri, resume='ml'), {'state': 'running'})
            self.assertEqual(self.daemon.state('ml'), 'running')

    def test_suspended(self):
        self.start_guest(TO_MEMORY)
        self.assertTrouble(self.ask(uri=self.uri, shutdown='ml', seconds=2), 'timeout', 'suspended')
        self.assertEqual(self.daemon.state('ml'), 'pmsuspended')
        self.assertTrouble(self.ask(uri=self.uri, start='ml'), 'refused', 'suspended')
        self.assertEqual(self.ask(uri=self.uri, resume='ml'), {'state': 'running'})
        self.assertEqual(self.daemon.state('ml'), 'running')

    def test_start_fails(self):
        """There is no such card in this machine, or no IOMMU, and libvirt says so."""
        before = self.define()
        self.changed(self.uri, before, self.edited(before, 'fffe:7f:1f.7'))
        answer = self.ask(uri=self.uri, start='ml')
        self.assertTrouble(answer, 'refused')
        self.assertNotIn('unknown', answer['error']['text'])
        self.assertEqual(self.daemon.state('ml'), 'shut off')
        self.assertTrouble(self.ask(uri=self.uri, resume='ml'), 'refused', 'off')

    def test_no_such_vm(self):
        for request in ({'definition': 'x'}, {'define': 'x', 'before': '', 'after': ''}, {'start': 'x'}, {'resume': 'x'},
                        {'shutdown': 'x', 'seconds': 1}, {'start': ''}):
            self.assertTrouble(self.ask(uri=self.uri, **request), 'missing')


class WithTestDriver(Changes):
    """State lasts as long as the connection: one request each."""

    def lasting(self, name='ml'):
        """The URI of a libvirt whose VM has the same UUID for each who asks."""
        path = os.path.join(self.folder(), 'node.xml')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(node(Machine(name, '', 'off')).replace('<memory>', '<uuid>%s</uuid><memory>' % UUID))
        return 'test://' + path

    def test_define(self):
        uri = self.lasting()
        before = self.definition(uri)
        for after in (before, self.edited(before)):
            answer = self.ask(uri=uri, define='ml', before=before, after=after)
            self.assertEqual(answer.get('validated'), True, answer)
        self.assertIn("<rom bar='off'/>", self.edited(before, GPU, rom_off=True))
        self.assertTrouble(self.ask(uri=uri, define='ml', before='', after=before), 'changed')
        self.assertTrouble(self.ask(uri=uri, define='ml', before=before, after=before.replace('<devices>', '<x/><devices>')),
                           'refused')

    @unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
    def test_libvirt_without_schemas(self):
        """Defined all the same, and said; what libvirt itself cannot read is refused still."""
        uri = self.lasting()
        before = self.definition(uri)
        bare = ['unshare', '-m', 'sh', '-c', 'set -e; mount -t tmpfs none /usr/share/libvirt; exec "$@"', 'sh']
        answer = self.ask(bare, uri=uri, define='ml', before=before, after=self.edited(before))
        self.assertEqual(answer.get('validated'), False, answer)
        self.assertIn('<hostdev', answer['xml'])
        nonsense = self.edited(before).replace("bus='0x01'", "bus='many'")
        self.assertTrouble(self.ask(bare, uri=uri, define='ml', before=before, after=nonsense), 'refused')

    def test_states(self):
        for state, verb, after in (('off', 'start', 'running'), ('running', 'start', 'running'), ('off', 'shutdown', 'off'),
                                   ('running', 'shutdown', 'off'), ('paused', 'resume', 'running'),
                                   ('running', 'resume', 'running')):
            with self.subTest(state=state, verb=verb):
                self.assertEqual(self.ask(uri=self.libvirt(Machine('ml', '', state)), seconds=5, **{verb: 'ml'}),
                                 {'state': after})
        for state, verb in (('off', 'resume'), ('crashed', 'resume'), ('paused', 'start'), ('suspended', 'start')):
            with self.subTest(state=state, verb=verb):
                self.assertTrouble(self.ask(uri=self.libvirt(Machine('ml', '', state)), **{verb: 'ml'}), 'refused', state)

    def test_names(self):
        """A name is nothing but a name."""
        for name in ("a'b", 'a b', '--help', '..', 'ü'):
            uri = self.lasting(name)
            before = self.definition(uri, name)
            self.assertEqual(self.ask(uri=uri, define=name, before=before, after=before)['xml'], before)
            self.assertEqual(self.ask(uri=uri, start=name), {'state': 'running'})

    def test_transient(self):
        self.assertTrouble(self.ask(uri=self.libvirt(Machine('ml', '', transient=True)), definition='ml'), 'transient')

    def test_bad_requests(self):
        uri = self.libvirt(Machine('ml', '', 'running'))
        for request in ({'shutdown': 'ml'}, {'shutdown': 'ml', 'seconds': -1}, {'shutdown': 'ml', 'seconds': '5'},
                        {'shutdown': 'ml', 'seconds': 1e3}, {'shutdown': 'ml', 'seconds': 10 ** 9}, {'start': 5},
                        {'start': None}, {'resume': ['ml']}, {'define': 'ml'}, {'define': 'ml', 'before': ''},
                        {'define': 'ml', 'before': '', 'after': None}, {'definition': {}}):
            with self.subTest(request=request):
                self.assertTrouble(self.ask(uri=uri, **request), 'request')

    def test_no_libvirt(self):
        for uri in ('qemu+unix:///system?socket=/nonexistent/libvirt-sock', 'nonsense:///'):
            for verb in ('definition', 'start'):
                self.assertTrouble(self.ask(uri=uri, **{verb: 'ml'}), 'connection')
