# SPDX-License-Identifier: GPL-2.0-or-later
"""The edit of a definition: hostdevs come in, every other byte stays, and what cannot be edited safely is refused."""
import glob
import os
import random
import re
import xml.etree.ElementTree as ET

from asking import AUDIO, Asking, GPU, SOURCES, additions
from harness import FIXTURES, built_root, read
from machines import CARD, Machine, domain, hostdev

# {0} is the line's indentation, {1} a step, {2} the end of a line.
HOSTDEV = ("{0}<hostdev mode='subsystem' type='pci' managed='yes'>{2}{0}{1}<source>{2}{0}{1}{1}<address %s/>{2}"
           "{0}{1}</source>{2}{0}</hostdev>{2}" % SOURCES[GPU])
FLAT = HOSTDEV.format('', '', '')
ROM = FLAT.replace('</source>', "</source><rom bar='off'/>")

# Before and after one addition.
LAYOUTS = {
    'as libvirt writes it': ('<domain>\n  <devices>\n    <disk/>\n  </devices>\n</domain>\n',
                             '<domain>\n  <devices>\n    <disk/>\n' + HOSTDEV.format('    ', '  ', '\n')
                             + '  </devices>\n</domain>\n'),
    'tabs': ('<domain>\n\t<devices>\n\t\t<disk/>\n\t</devices>\n</domain>\n',
             '<domain>\n\t<devices>\n\t\t<disk/>\n' + HOSTDEV.format('\t\t', '\t', '\n') + '\t</devices>\n</domain>\n'),
    'CRLF': ('<domain>\r\n  <devices>\r\n    <disk/>\r\n  </devices>\r\n</domain>\r\n',
             '<domain>\r\n  <devices>\r\n    <disk/>\r\n' + HOSTDEV.format('    ', '  ', '\r\n')
             + '  </devices>\r\n</domain>\r\n'),
    'one line': ('<domain><devices><disk/></devices></domain>', '<domain><devices><disk/>%s</devices></domain>' % FLAT),
    'blanks on one line': ('<domain> <devices> <disk/> </devices> </domain>',
                           '<domain> <devices> <disk/>%s </devices> </domain>' % FLAT),
    'empty tag': ('<domain>\n  <name>x</name>\n  <devices/>\n</domain>\n',
                  '<domain>\n  <name>x</name>\n  <devices>\n' + HOSTDEV.format('    ', '  ', '\n')
                  + '  </devices>\n</domain>\n'),
    'empty tag with an attribute': ("<domain>\n   <devices a='/'  />\n</domain>",
                                    "<domain>\n   <devices a='/'  >\n" + HOSTDEV.format(' ' * 6, '   ', '\n')
                                    + '   </devices>\n</domain>'),
    'empty tag on one line': ('<domain><devices/></domain>', '<domain><devices>%s</devices></domain>' % FLAT),
    'nothing between the tags': ('<domain>\n  <devices></devices>\n</domain>',
                                 '<domain>\n  <devices>\n' + HOSTDEV.format('    ', '  ', '\n')
                                 + '  </devices>\n</domain>'),
    'a line between the tags': ('<domain>\n  <devices>\n  </devices>\n</domain>',
                                '<domain>\n  <devices>\n' + HOSTDEV.format('    ', '  ', '\n')
                                + '  </devices>\n</domain>'),
    'no devices': ('<domain>\n    <name>x</name>\n</domain>\n',
                   '<domain>\n    <name>x</name>\n    <devices>\n' + HOSTDEV.format(' ' * 8, '    ', '\n')
                   + '    </devices>\n</domain>\n'),
    'no devices on one line': ('<domain><name>x</name></domain>',
                               '<domain><name>x</name><devices>%s</devices></domain>' % FLAT),
    'nothing': ('<domain/>', '<domain><devices>%s</devices></domain>' % FLAT),
    'nothing on a line': ('<!-- c -->\n<domain />\n',
                          '<!-- c -->\n<domain >\n  <devices>\n' + HOSTDEV.format('    ', '  ', '\n')
                          + '  </devices>\n</domain>\n'),
    'devices further in': ('<domain>\n  <devices>\n      <disk/>\n  </devices>\n</domain>\n',
                           '<domain>\n  <devices>\n      <disk/>\n' + HOSTDEV.format('      ', '  ', '\n')
                           + '  </devices>\n</domain>\n'),
    'twice devices': ('<domain>\n  <devices>\n  </devices>\n  <devices/>\n</domain>\n',
                      '<domain>\n  <devices>\n' + HOSTDEV.format('    ', '  ', '\n')
                      + '  </devices>\n  <devices/>\n</domain>\n'),
    'a comment last': ('<domain>\n <devices>\n  <disk/>\n  <!-- </devices> -->\n </devices>\n</domain>',
                       '<domain>\n <devices>\n  <disk/>\n  <!-- </devices> -->\n' + HOSTDEV.format('  ', ' ', '\n')
                       + ' </devices>\n</domain>'),
}

# Words a text could be fooled by; each stands inside of <devices>, before it and behind it.
DECOYS = ('<!-- </devices> -->', '<!-- <devices> -->', '<![CDATA[</devices>]]>', '<![CDATA[<devices/>]]>',
          '<?note </devices> ?>', '<metadata><devices/></metadata>', '<metadata><devices>%s</devices></metadata>' % CARD,
          "<x:devices xmlns:x='urn:x'/>", "<x:devices xmlns:x='urn:x'>%s</x:devices>" % CARD,
          "<a title='>/devices>'/>", "<a title=\"'/>\"/>", '<devices-not/>', '<Devices/>', '&lt;/devices&gt;', '&#60;/devices>',
          'é', '日本語', '\U0001f5a5', '\u2028', '<ümlaut/>', ' ' * 5000, '<!--' + 'ö' * 20000 + '-->', '\r\n', '\t', ']]&gt;')


def is_whole(xml):
    """One recorded host's disk was full."""
    try:
        ET.fromstring(xml.encode())
    except ET.ParseError:
        return False
    return True


def own_devices(xml):
    """What the domain itself passes, as an XML parser of another house reads it."""
    found = []
    for address in ET.fromstring(xml.encode()).findall('./devices/hostdev[@type="pci"]/source/address'):
        number = [int(address.get(key, '0'), 0) for key in ('domain', 'bus', 'slot', 'function')]
        found.append('%04x:%02x:%02x.%x' % tuple(number))
    return found


def canonical(xml, without=()):
    """The content, less hostdevs with these sources and less a <devices> that held nothing else."""
    tree = ET.fromstring(xml.encode())
    for devices in tree.findall('./devices'):
        for one in devices.findall('./hostdev'):
            if ET.tostring(one.find('source/address')).decode().strip() in without:
                devices.remove(one)
        if not len(devices):
            tree.remove(devices)
    return ET.canonicalize(ET.tostring(tree, 'unicode'), strip_text=True)


def is_within(before, after):
    rest = iter(after)
    return all(c in rest for c in before)


def fixtures():
    """All definitions of the recorded hosts: name and text."""
    for fixture in sorted(os.listdir(FIXTURES)):
        folder = os.path.join(FIXTURES, fixture)
        described = os.path.join(folder, 'host')
        if os.path.isdir(os.path.join(folder, 'root')) or os.path.exists(described) and '.xml' in read(described):
            for path in glob.glob(os.path.join(built_root(fixture), 'etc/libvirt/qemu/*.xml')):
                yield '%s: %s' % (fixture, os.path.basename(path)), read(path)


def invented(seed):
    """A definition that nobody would write."""
    dice = random.Random(seed)
    blanks = ('', '\n', '\n  ', '\n\t', '\r\n    ', ' ', '\n\n      ')

    def filling(*more):
        return ''.join(dice.choice(blanks) + dice.choice(DECOYS + more) for _ in range(dice.randrange(4)))

    devices = dice.choice(('<devices%s/>' % dice.choice(('', ' ', '\n')), '',
                           '<devices>%s%s</devices%s>' % (filling('<disk/>', "<disk a='>'></disk>"), dice.choice(blanks),
                                                          dice.choice(('', ' ', '\n')))))
    return '%s<domain>%s%s%s%s%s</domain>%s' % (
        dice.choice(('', '\ufeff', '<?xml version="1.0" encoding="UTF-8"?>\n', '<!-- </domain> -->\n\n', '\n')),
        filling(), dice.choice(blanks), devices, filling(), dice.choice(blanks), dice.choice(('', '\n', '<!-- <devices> -->')))


class Edit(Asking):
    def assertEdited(self, before, *sources, **how):
        """All that must hold of any edit; the text after it."""
        sources = sources or (GPU, AUDIO)
        known = own_devices(before)
        after = self.edited(before, *sources, **how)
        self.assertEqual(own_devices(after), known + [one for one in sources if one not in known])
        self.assertTrue(is_within(before, after), 'not only insertions')
        added = ['<address %s />' % re.sub("'", '"', SOURCES[one]) for one in sources if one not in known]
        self.assertEqual(canonical(after, added), canonical(before, added))
        self.assertEqual(self.edited(after, *sources, **how), after, 'the second edit changed something')
        return after

    def test_recorded_definitions(self):
        count = 0
        for name, before in fixtures():
            with self.subTest(name=name):
                if not is_whole(before):
                    self.assertTrouble(self.ask(edit=before, add=additions(GPU)), 'request', 'well-formed')
                    continue
                self.assertEdited(before)
                self.assertEdited(before, AUDIO, rom_off=True)
                count += 1
        self.assertGreaterEqual(count, 4)

    def test_layouts(self):
        for name, (before, after) in LAYOUTS.items():
            with self.subTest(name=name):
                self.assertEqual(self.assertEdited(before, GPU), after)

    def test_one_by_one_or_all_at_once(self):
        for name, (before, _) in LAYOUTS.items():
            with self.subTest(name=name):
                self.assertEqual(self.edited(self.edited(before, GPU), AUDIO), self.edited(before, GPU, AUDIO))

    def test_rom(self):
        self.assertEqual(self.edited('<domain><devices/></domain>', GPU, rom_off=True),
                         '<domain><devices>%s</devices></domain>' % ROM)
        self.assertIn(FLAT, self.ask(edit='<domain/>', add=[{'source': GPU}])['xml'])

    def test_decoys(self):
        """In a comment, CDATA, an instruction, metadata or another namespace."""
        for decoy in DECOYS:
            for form in ('<domain>%s<devices><disk/></devices></domain>', '<domain><devices><disk/></devices>%s</domain>',
                         '<domain>\n  <devices>%s\n  </devices>\n</domain>', '<domain>%s<devices/></domain>',
                         '<domain>\n  %s\n</domain>'):
                with self.subTest(decoy=decoy[:60], form=form):
                    self.assertEdited(form % decoy)

    def test_outside_of_the_domain(self):
        for before in ('<!-- <domain><devices></devices></domain> -->\n<domain><devices/></domain>', '\ufeff<domain/>',
                       '<?xml version="1.0"?><domain/>', '<?xml version="1.0" encoding="utf-8"?>\n<domain>é</domain>',
                       "<?xml version='1.0' encoding='ISO-8859-1'?><domain>\n<name>é</name>\n</domain>",
                       '<domain><devices></devices></domain><!-- </devices></domain> -->\n\n'):
            with self.subTest(before=before):
                self.assertEdited(before)

    def test_what_is_passed_already(self):
        bare = hostdev("bus='1' slot='0'", attributes="type='pci'")
        interface = "<interface type='hostdev'><source><address type='pci' bus='1' slot='0'/></source></interface>"
        for devices in (bare, interface, hostdev("domain='0' bus='0x1' slot='00' function='0x0'")):
            before = domain(Machine('ml', devices), devices)
            self.assertEqual(self.edited(before, GPU, rom_off=True), before)
            self.assertEqual(own_devices(self.edited(before, GPU, AUDIO))[-1], AUDIO)

    def test_named_twice(self):
        self.assertEqual(self.edited('<domain/>', GPU, GPU), self.edited('<domain/>', GPU))

    def test_large_domain_number(self):
        self.assertIn("<address domain='0x10000' bus='0xff' slot='0x1f' function='0x7'/>",
                      self.edited('<domain/>', '10000:ff:1f.7'))

    def test_nothing_to_add(self):
        for before in (LAYOUTS['CRLF'][0], '<domain/>'):
            self.assertEqual(self.ask(edit=before, add=[]), {'xml': before})

    def test_invented_definitions(self):
        for seed in range(100):
            with self.subTest(seed=seed):
                self.assertEdited(invented(seed))

    def test_large_definition(self):
        disks = "    <disk type='file'><source file='/ü'/></disk>\n" * 50000
        before = '<domain>\n  <devices>\n%s  </devices>\n</domain>\n' % disks
        self.assertEqual(self.edited(before, GPU), before.replace('  </devices>', HOSTDEV.format('    ', '  ', '\n')
                                                                  + '  </devices>'))

    def test_many_functions(self):
        sources = ['%04x:%02x:%02x.%x' % (i // 65536, i // 256 % 256, i // 8 % 32, i % 8) for i in range(0, 16384, 16)]
        self.assertEqual(own_devices(self.edited(LAYOUTS['tabs'][0], *sources)), sources)


class Refused(Asking):
    def assertRefused(self, xml, word='', source=GPU):
        self.assertTrouble(self.ask(edit=xml, add=additions(source)), 'request', word)

    def test_not_well_formed(self):
        whole = domain(Machine('ml', ''), '<disk/>')
        for xml in ('', ' ', 'x', '<domain', '<domain>', whole[:-1], whole[:len(whole) // 2], whole + 'x', whole + whole,
                    whole.replace('</devices>', '</Devices>'), whole.replace('</devices>', ''), '<domain>&x;</domain>',
                    '<domain>\x01</domain>', '<domain a="<"/>', '<domain a="1" a="2"/>', '<a>' * 100000,
                    '<domain>' * 1000 + '</domain>' * 1000, '<!--<domain/>-->', '<domain><!-- -- --></domain>'):
            with self.subTest(xml=xml[:60]):
                self.assertRefused(xml, 'well-formed')

    def test_no_domain(self):
        inside = domain(Machine('ml', ''), '')
        for xml in ('<network/>', '<Domain/>', '<domains>%s</domains>' % inside, "<domain xmlns='urn:x'/>",
                    "<domstatus state='running'>%s</domstatus>" % inside, "<x:domain xmlns:x='urn:x'/>"):
            with self.subTest(xml=xml):
                self.assertRefused(xml, 'no <domain>')

    def test_document_type(self):
        """Entities could hold the very tags; and nothing outside is opened."""
        fifo = os.path.join(self.folder(), 'fifo')
        os.mkfifo(fifo)
        for declaration in ('<!DOCTYPE domain>', '<!DOCTYPE domain SYSTEM "%s">' % fifo,
                            '<!DOCTYPE domain [<!ENTITY x "<devices/>">]>',
                            '<!DOCTYPE domain [<!ENTITY x SYSTEM "%s">]>' % fifo,
                            '<!DOCTYPE domain [<!ENTITY %% x SYSTEM "%s"> %%x;]>' % fifo):
            with self.subTest(declaration=declaration):
                self.assertRefused(declaration + '<domain>&x;</domain>', 'document type')

    def test_on_the_command_line(self):
        """A hostdev beside it would keep the VM from starting."""
        for prefix in ('qemu:', ''):
            xml = ("<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><devices/><{0}commandline{1}>"
                   "<{0}arg value='-device'/><{0}arg value='vfio-pci,host=01:00.0'/></{0}commandline></domain>"
                   .format(prefix, '' if prefix else " xmlns='http://libvirt.org/schemas/domain/qemu/1.0'"))
            self.assertRefused(xml, 'qemu:commandline')
            self.assertIn('hostdev', self.edited(xml, AUDIO))

    def test_not_utf8(self):
        for xml in (b'<domain>\xff</domain>', b'<domain>\xc0\xaf</domain>', b'<domain>\xed\xa0\x80</domain>',
                    '<domain/>'.encode('utf-16')):
            answer = self.answer_to(b'{"add": [{"source": "01:00.0"}], "edit": "' + xml + b'"}')
            self.assertTrouble(answer, 'request')

    def test_labelled_as_something_else(self):
        for label in ('UTF-16', 'UCS-4', 'nonsense'):
            answer = self.ask(edit="<?xml version='1.0' encoding='%s'?><domain/>" % label, add=additions(GPU))
            self.assertTrouble(answer, 'request')

    def test_bad_requests(self):
        for source in ('', 'x', '01:00', '0000:01:20.0', '01:00.8', "01:00.0'/><x", 5, None, [], {}):
            self.assertRefused('<domain/>', 'add', source)
        for request in ({'edit': '<domain/>'}, {'edit': '<domain/>', 'add': {}}, {'edit': 1, 'add': []}, {'add': []},
                        {'edit': '<domain/>', 'add': ['01:00.0']}, {'edit': '<domain/>', 'add': [None]}):
            with self.subTest(request=request):
                self.assertTrouble(self.ask(**request), 'request')
        for request in (b'', b'{', b'[]', b'null', b'{"edit": "\\u0000", "add": []}', b'{} {}', b'\0'):
            with self.subTest(request=request):
                self.assertTrouble(self.answer_to(request), 'request')
