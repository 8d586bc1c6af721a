# SPDX-License-Identifier: GPL-2.0-or-later
"""<maxphysaddr> added to a definition: it stands in <cpu>, every other byte stays, and libvirt takes it."""
import errno
import unittest

from asking import Asking
from daemon import Daemon, NO_DAEMON
from test_edit import DECOYS, canonical, fixtures, is_within
from test_vm_changes import FromC

WIDE = "<maxphysaddr mode='passthrough'/>"
LIMITED = "<maxphysaddr mode='passthrough' limit='39'/>"
LIMIT_VERSION = 9003000
# Before and after.
LAYOUTS = {
    'as libvirt writes it': ("<domain>\n  <cpu mode='host-passthrough' check='none' migratable='on'/>\n</domain>\n",
                             "<domain>\n  <cpu mode='host-passthrough' check='none' migratable='on'>\n    " + WIDE
                             + '\n  </cpu>\n</domain>\n'),
    'with children': ("<domain>\n  <cpu>\n    <model>EPYC</model>\n  </cpu>\n  <devices/>\n</domain>\n",
                      '<domain>\n  <cpu>\n    <model>EPYC</model>\n    %s\n  </cpu>\n  <devices/>\n</domain>\n' % WIDE),
    'tabs': ('<domain>\n\t<cpu>\n\t\t<topology/>\n\t</cpu>\n</domain>',
             '<domain>\n\t<cpu>\n\t\t<topology/>\n\t\t%s\n\t</cpu>\n</domain>' % WIDE),
    'CRLF': ('<domain>\r\n  <cpu/>\r\n</domain>\r\n',
             '<domain>\r\n  <cpu>\r\n    %s\r\n  </cpu>\r\n</domain>\r\n' % WIDE),
    'one line': ("<domain><cpu mode='host-model'/></domain>",
                 "<domain><cpu mode='host-model'>%s</cpu></domain>" % WIDE),
    'nothing between the tags': ('<domain>\n  <cpu></cpu>\n</domain>',
                                 '<domain>\n  <cpu>\n    %s\n  </cpu>\n</domain>' % WIDE),
    'a comment last': ('<domain>\n <cpu>\n  <model/>\n  <!-- </cpu> -->\n </cpu>\n</domain>',
                       '<domain>\n <cpu>\n  <model/>\n  <!-- </cpu> -->\n  %s\n </cpu>\n</domain>' % WIDE),
    'an element of another': ("<domain><cpu><x:maxphysaddr xmlns:x='urn:x'/></cpu></domain>",
                              "<domain><cpu><x:maxphysaddr xmlns:x='urn:x'/>%s</cpu></domain>" % WIDE),
    'further in': ('<domain><cpu><model>%s</model></cpu></domain>' % WIDE,
                   '<domain><cpu><model>%s</model>%s</cpu></domain>' % (WIDE, WIDE)),
    'elsewhere too': ('<domain><metadata><cpu/></metadata><cpu/><cpu/></domain>',
                      '<domain><metadata><cpu/></metadata><cpu>%s</cpu><cpu/></domain>' % WIDE),
}
# As domains of QEMU's own CPU; host-passthrough can be defined so, and not be started.
CPUS = ('<cpu/>', "<cpu mode='host-passthrough'/>", "<cpu mode='host-model' check='partial'/>", "<cpu mode='maximum'/>",
        "<cpu mode='custom' match='exact'><model fallback='allow'>EPYC</model>"
        "<feature policy='require' name='pdpe1gb'/></cpu>", "<cpu><topology sockets='1' dies='1' cores='2' threads='1'/><numa><cell id='0' cpus='0-1' "
        "memory='65536' unit='KiB'/></numa></cpu>")
DOMAIN = """<domain type='qemu'>
  <!-- the owner's -->
  <name>ml</name>
  <metadata><x:note xmlns:x='urn:x'>kept</x:note></metadata>
  <memory unit='KiB'>65536</memory>
  <vcpu>2</vcpu>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  %s
</domain>
"""


class Widen(Asking):
    def widened(self, xml, limit=0):
        answer = self.ask(edit=xml, widen=limit)
        self.assertEqual(list(answer), ['xml'], answer)
        return answer['xml']

    def assertWidened(self, before, limit=0):
        """All that must hold of any such edit; the text after it."""
        after = self.widened(before, limit)
        element = LIMITED if limit else WIDE
        self.assertTrue(is_within(before, after), 'not only an addition')
        self.assertEqual(after.count(element), before.count(element) + 1)
        self.assertEqual(self.widened(after, limit), after, 'the second edit changed something')
        return after

    def test_layouts(self):
        for name, (before, after) in LAYOUTS.items():
            with self.subTest(name=name):
                self.assertEqual(self.assertWidened(before), after)

    def test_limit(self):
        self.assertEqual(self.assertWidened('<domain><cpu/></domain>', 39), '<domain><cpu>%s</cpu></domain>' % LIMITED)

    def test_one_is_there(self):
        for there in (WIDE, LIMITED, "<maxphysaddr mode='emulate' bits='42'/>", "<maxphysaddr mode='x'/>"):
            before = '<domain><cpu>%s</cpu></domain>' % there
            self.assertEqual(self.widened(before), before)
            self.assertEqual(self.widened(before, 39), before)

    def test_decoys(self):
        for decoy in DECOYS:
            for form in ('<domain>%s<cpu/></domain>', '<domain><cpu>%s</cpu></domain>',
                         '<domain>\n  <cpu/>%s</domain>'):
                with self.subTest(decoy=decoy[:60], form=form):
                    self.assertWidened(form % decoy.replace('devices', 'cpu'))

    def test_recorded_definitions(self):
        count = 0
        for name, before in fixtures():
            with self.subTest(name=name):
                if '<cpu' in before and '<maxphysaddr' not in before:
                    after = self.assertWidened(before)
                    self.assertEqual(canonical(after.replace(WIDE, '')), canonical(before))
                    count += 1
        self.assertGreaterEqual(count, 5)

    def test_refused(self):
        for xml in ('', '<domain', '<network/>', '<domain/>', '<domain><devices><cpu/></devices></domain>',
                    "<domain><x:cpu xmlns:x='urn:x'/></domain>", '<!DOCTYPE domain><domain><cpu/></domain>'):
            self.assertTrouble(self.ask(edit=xml, widen=0), 'request')
        for limit in (-1, 65, 1 << 40):
            self.assertTrouble(self.ask(edit='<domain><cpu/></domain>', widen=limit), 'request', 'bits')
        for request in ({'edit': 1, 'widen': 0}, {'edit': '<domain/>', 'widen': '0'}, {'widen': 0}):
            self.assertTrouble(self.ask(**request), 'request')


class WidenFromC(FromC):
    def test_edit(self):
        before, after = LAYOUTS['as libvirt writes it']
        self.assertEqual(self.assertWorks('', 'widen', self.file(before), '0'), after)
        self.assertEqual(self.assertWorks('', 'widen', self.file(before), '39'), after.replace(WIDE, LIMITED))
        self.assertFails(errno.EINVAL, 'no <cpu>', '', 'widen', self.file('<domain/>'), '0')


@unittest.skipIf(NO_DAEMON, NO_DAEMON)
class Defined(FromC):
    """What libvirt's QEMU driver makes of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = Daemon()
        cls.addClassCleanup(cls.daemon.close)
        cls.daemon.start()

    def saved(self, cpu):
        self.daemon.define(DOMAIN % cpu)
        self.addCleanup(self.daemon.virsh, 'undefine', 'ml')
        return self.assertWorks(self.daemon.uri, 'text', 'ml')

    def test_every_mode(self):
        for cpu in CPUS:
            with self.subTest(cpu=cpu):
                before = self.saved(cpu)
                after = self.assertWorks('', 'widen', self.file(before), '0')
                saved = self.assertWorks(self.daemon.uri, 'define', 'ml', self.file(before), self.file(after))
                # libvirt has its own order of what a <cpu> holds.
                self.assertEqual(saved.count(WIDE), 1)
                self.assertEqual(canonical(saved.replace(WIDE, '')), canonical(before))
                self.assertIn('kept</x:note>', saved)
                self.assertEqual(self.assertWorks('', 'widen', self.file(saved), '0'), saved)
                self.doCleanups()

    def test_reaches_qemu(self):
        before = self.saved("<cpu mode='custom' match='exact'><model>EPYC</model></cpu>")
        after = self.assertWorks('', 'widen', self.file(before), '0')
        self.assertWorks(self.daemon.uri, 'define', 'ml', self.file(before), self.file(after))
        arguments = self.daemon.virsh('domxml-to-native', 'qemu-argv', '--domain', 'ml')
        self.assertRegex(arguments, r'EPYC\S*,host-phys-bits=on')

    def test_limit(self):
        """An older libvirt drops what it does not know, unless it is told to look."""
        version = self.ask(uri=self.daemon.uri)['version']
        before = self.saved("<cpu mode='host-passthrough'/>")
        after = self.assertWorks('', 'widen', self.file(before), '39')
        request = (self.daemon.uri, 'define', 'ml', self.file(before), self.file(after))
        if version >= LIMIT_VERSION:
            self.assertEqual(canonical(self.assertWorks(*request)), canonical(after))
        else:
            self.assertFails(errno.EREMOTEIO, 'VM ml', *request)
            self.assertEqual(self.assertWorks(self.daemon.uri, 'text', 'ml'), before)


