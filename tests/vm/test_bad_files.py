# SPDX-License-Identifier: GPL-2.0-or-later
"""Definitions that are broken, hostile or unreadable: never green, never a crash, and nothing else is read."""
import os

from harness import FAILED, NOT_MEASURED, PASSED
from machines import CARD, LIVE, Machine, SAVED, VirtualMachines, domain

WHOLE = domain(Machine('ml', CARD), CARD)
ENTITY = '<!DOCTYPE domain [%s]><domain><name>ml</name><devices>%s</devices></domain>'


class BadFiles(VirtualMachines):
    def saved(self, content, *others):
        root = self.recorded(Machine('ml', CARD, 'off'), *others)
        root.write(SAVED % 'ml', content)
        return self.report(root, 'vm')

    def test_broken(self):
        for content in ('', ' ', WHOLE[:-9], WHOLE[:len(WHOLE) // 2], WHOLE + '<x/>', 'not XML', '<domain', '\0',
                        WHOLE.replace('kvm', '\0'), WHOLE.encode().replace(b'kvm', b'\xff\xfe'), b'\xff' * 100,
                        WHOLE.replace('<name>', '<name>\x01'), '<network><name>ml</name></network>', '<domains/>',
                        '<domstatus/>', '<x>%s</x>' % WHOLE, '<a>' * 100000, '<domain ' + 'a="" ' * 1000 + '/>',
                        WHOLE.encode('utf-16'), WHOLE.replace('</devices>', '</Devices>')):
            with self.subTest(content=content[:40]):
                self.assertNotMeasured(self.saved(content))

    def test_running_definition_broken(self):
        root = self.recorded(Machine('ml', CARD))
        root.write(LIVE % 'ml', "<domstatus state='running'>" + WHOLE[:-9])
        report = self.report(root, 'vm')
        self.assertNotEqual(report.verdict('vm.pending'), 'pass')
        self.assertNotEqual(report.run.status, PASSED)

    def test_broken_beside_a_good_one(self):
        """Whether the broken one has the card cannot be told: vm.conflict is not green."""
        root = self.recorded(Machine('ml', CARD), Machine('other', CARD))
        for path in (SAVED, LIVE):
            root.write(path % 'other', '<domain')
        report = self.report(root, '--vm', 'ml', 'vm')
        self.assertVerdicts(report, NOT_MEASURED, vm_conflict='error')
        self.assertIn('other', report.reason('vm.conflict'))

    def test_broken_beside_one_without_the_card(self):
        root = self.recorded(Machine('ml', '', 'off'), Machine('other', '', 'off'))
        root.write(SAVED % 'other', '<domain')
        self.assertNotIn(self.report(root, 'vm').verdict('vm.hostdev'), ('pass', 'warn'))

    def test_entities_are_not_read(self):
        """Neither a planted file nor a FIFO, on which opening would hang."""
        folder = self.folder()
        planted, fifo = os.path.join(folder, 'planted'), os.path.join(folder, 'fifo')
        with open(planted, 'w', encoding='utf-8') as f:
            f.write(CARD)
        os.mkfifo(fifo)
        for entity in ('<!ENTITY x SYSTEM "%s">' % planted, '<!ENTITY x SYSTEM "file://%s">' % planted,
                       '<!ENTITY x SYSTEM "file://%s">' % fifo, '<!ENTITY %% x SYSTEM "%s"> %%x;' % fifo,
                       '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">', '<!ENTITY x SYSTEM "expect://id">'):
            with self.subTest(entity=entity):
                report = self.saved(ENTITY % (entity, '&x;'))
                self.assertIn(report.verdict('vm.hostdev'), ('fail', 'error'))
        for outside in ('<!DOCTYPE domain SYSTEM "%s">' % fifo, '<!DOCTYPE domain PUBLIC "x" "%s">' % fifo,
                        '<?xml-stylesheet href="%s"?>' % fifo):
            with self.subTest(outside=outside):
                self.assertEqual(self.saved(outside + WHOLE).verdict('vm.hostdev'), 'pass')

    def test_inclusion_is_not_followed(self):
        folder = self.folder()
        with open(os.path.join(folder, 'planted'), 'w', encoding='utf-8') as f:
            f.write(CARD)
        include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="%s/planted"/>' % folder
        self.assertEqual(self.saved(domain(Machine('ml', ''), include)).verdict('vm.hostdev'), 'fail')

    def test_entities_that_grow(self):
        """A billion laughs."""
        laughs = '<!ENTITY l0 "ha">' + ''.join('<!ENTITY l%d "%s">' % (i, '&l%d;' % (i - 1) * 10) for i in range(1, 12))
        for place in ("&l11;", "<hostdev type='&l11;'/>"):
            self.assertNotIn(self.saved(ENTITY % (laughs, place)).verdict('vm.hostdev'), ('pass', 'warn'))

    def test_two_megabytes(self):
        disks = "<disk type='file'><source file='/d'/></disk>" * 50000
        self.assertGreater(len(disks), 2 << 20)
        report = self.by_files([Machine('ml', disks + CARD)])
        self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='pass')

    def test_ten_thousand_hostdevs(self):
        many = ''.join("<hostdev type='pci'><source><address bus='%d' slot='%d' function='%d'/></source></hostdev>"
                       % (2 + i % 250, i // 250 % 32, i % 8) for i in range(10000))
        report = self.by_files([Machine('ml', many + CARD)])
        self.assertVerdicts(report, PASSED, vm_hostdev='warn', vm_pending='pass')
        self.assertLess(len(report.reason('vm.hostdev')), 200)

    def test_too_large(self):
        self.assertNotMeasured(self.saved(WHOLE + ' ' * (5 << 20)))

    def test_what_is_no_file(self):
        for name in ('fifo', 'loop', 'folder', 'dangling'):
            root = self.recorded(Machine('ml', CARD, 'off'))
            path = SAVED % 'ml'
            if name == 'fifo':
                root.fifo(path)
            elif name == 'loop':
                root.loop(path)
            elif name == 'folder':
                os.mkdir(root.clear(path))
            else:
                root.link(path, 'nowhere')
            with self.subTest(name=name):
                report = self.report(root, 'vm')
                self.assertIn(report.verdict('vm.hostdev'), ('error', 'fail'))

    def test_link_out_of_the_root(self):
        folder = self.folder()
        with open(os.path.join(folder, 'ml.xml'), 'w', encoding='utf-8') as f:
            f.write(WHOLE)
        root = self.recorded(Machine('ml', '', 'off'))
        root.link(SAVED % 'ml', os.path.join(folder, 'ml.xml'))
        self.assertNotEqual(self.report(root, 'vm').verdict('vm.hostdev'), 'pass')

    def test_other_files_are_no_vms(self):
        root = self.recorded(Machine('ml', CARD))
        for name in ('.ml.xml.swp', 'x.xml~', 'x.xml.bak', 'README', '.xml', '.x.xml'):
            root.write('etc/libvirt/qemu/' + name, 'not XML')
        root.write('run/libvirt/qemu/ml.pid', '4242')
        root.write('etc/libvirt/qemu/autostart/ml.xml', WHOLE)
        self.assertVerdicts(self.report(root, 'vm'), PASSED, vm_hostdev='pass', vm_conflict='pass')


class Recorded(VirtualMachines):
    def test_root_without_libvirt(self):
        report = self.report(self.root(), 'vm', 'guest')
        self.assertVerdicts(report, PASSED, vm_hostdev='skip', vm_running='skip', guest_ssh='skip')

    def test_libvirt_without_vms(self):
        root = self.root()
        root.write('etc/libvirt/libvirtd.conf', '')
        self.assertVerdicts(self.report(root, 'vm'), FAILED, vm_hostdev='fail')

    def test_not_for_nobody(self):
        """As on Debian: /etc/libvirt/qemu is root's alone."""
        for path, mode in (('etc/libvirt/qemu', 0o700), (SAVED % 'ml', 0o600), ('run/libvirt/qemu', 0o700),
                           (LIVE % 'ml', 0o600), ('etc/libvirt', 0o700)):
            root = self.recorded(Machine('ml', CARD))
            root.chmod(path, mode)
            with self.subTest(path=path):
                report = self.report(root, 'vm', nobody=True)
                self.assertEqual(report.run.status, NOT_MEASURED)
                self.assertNotEqual(report.verdict('vm.hostdev'), 'pass')
                self.assertIn('Permission denied', report.reason('vm.hostdev'))


if os.geteuid() != 0:
    del Recorded.test_not_for_nobody
