# SPDX-License-Identifier: GPL-2.0-or-later
"""Guest addresses dropped from a definition: they go, every other byte stays, and what cannot be told is refused."""
import re

from asking import AUDIO, Asking, GPU, SOURCES
from machines import CARD, Machine, domain, hostdev
from test_edit import DECOYS, canonical, fixtures, is_whole, is_within, own_devices

PLACE = "<address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>"
NOWHERE = "<address type='unassigned'/>"
SOURCE = '<source><address %s/></source>' % SOURCES[GPU]
# As libvirt writes it; %s is the line to go.
LINES = """<domain>
  <devices>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source>
        <address %s/>
      </source>
%%s    </hostdev>
    <rng><address type='pci' bus='5' slot='0'/></rng>
  </devices>
</domain>
""" % SOURCES[GPU]
LAYOUTS = {
    'as libvirt writes it': (LINES % ('      %s\n' % PLACE), LINES % ''),
    'unassigned': (LINES % ('      %s\n' % NOWHERE), LINES % ''),
    'tabs and blanks behind': (LINES % ('\t\t%s \t\n' % PLACE), LINES % ''),
    'CRLF': ((LINES % ('      %s\n' % PLACE)).replace('\n', '\r\n'), (LINES % '').replace('\n', '\r\n')),
    'an end tag of its own': (LINES % ('      %s\n' % PLACE.replace('/>', '></address>')), LINES % ''),
    'several lines': (LINES % ("      <address type='pci'\n  bus='5'\n  slot='0'>\n   <zpci uid='1'/>\n </address>\n"),
                      LINES % ''),
    'a comment behind': (LINES % ('      %s<!-- mine -->\n' % PLACE), LINES % '      <!-- mine -->\n'),
    'a comment before': (LINES % ('      <!-- mine -->%s\n' % PLACE), LINES % '      <!-- mine -->\n'),
    'one line': ('<domain><devices>%s</devices></domain>' % hostdev(SOURCES[GPU], PLACE),
                 '<domain><devices>%s</devices></domain>' % hostdev(SOURCES[GPU])),
    'before the source': ("<domain><devices><hostdev type='pci'>%s%s</hostdev></devices></domain>" % (PLACE, SOURCE),
                          "<domain><devices><hostdev type='pci'>%s</hostdev></devices></domain>" % SOURCE),
    'an interface': ("<domain><devices><interface type='hostdev'>%s%s</interface></devices></domain>"
                     % (SOURCE, PLACE), "<domain><devices><interface type='hostdev'>%s</interface></devices></domain>"
                     % SOURCE),
    'two': ('<domain><devices>%s</devices></domain>' % hostdev(SOURCES[GPU], PLACE + PLACE),
            '<domain><devices>%s</devices></domain>' % hostdev(SOURCES[GPU])),
    'decimal': ("<domain><devices>%s</devices></domain>" % hostdev("function='0' bus='1' slot='0'", PLACE),
                "<domain><devices>%s</devices></domain>" % hostdev("function='0' bus='1' slot='0'")),
}


class Drop(Asking):
    def dropped(self, xml, *sources):
        answer = self.ask(edit=xml, drop=list(sources or (GPU, AUDIO)))
        self.assertEqual(list(answer), ['xml'], answer)
        return answer['xml']

    def assertDropped(self, before, *sources):
        """All that must hold of any such edit; the text after it."""
        after = self.dropped(before, *sources)
        self.assertTrue(is_within(after, before), 'not only a cut')
        self.assertEqual(own_devices(after), own_devices(before))
        self.assertEqual(self.dropped(after, *sources), after, 'the second edit changed something')
        return after

    def test_layouts(self):
        for name, (before, after) in LAYOUTS.items():
            with self.subTest(name=name):
                self.assertEqual(self.assertDropped(before), after)
                self.assertEqual(self.dropped(before, AUDIO), before)

    def test_one_of_two(self):
        form = '<domain><devices><disk/>%s<!-- x -->%s</devices></domain>'
        before = form % (hostdev(SOURCES[GPU], PLACE), hostdev(SOURCES[AUDIO], NOWHERE))
        self.assertEqual(self.assertDropped(before, AUDIO),
                         form % (hostdev(SOURCES[GPU], PLACE), hostdev(SOURCES[AUDIO])))
        self.assertEqual(self.assertDropped(before), form % (hostdev(SOURCES[GPU]), hostdev(SOURCES[AUDIO])))

    def test_other_addresses_stay(self):
        """Of <source>, of other devices, further in, in another namespace, in a comment."""
        for inside in ('<!-- %s -->' % PLACE, '<x:address xmlns:x="urn:x"/>', '<driver>%s</driver>' % PLACE,
                       "<address xmlns='urn:x'/>", '<![CDATA[%s]]>' % PLACE):
            for device in (hostdev(SOURCES[GPU], inside), "<disk><address type='drive' bus='0'/></disk>",
                           "<hostdev type='usb'><source><address bus='1' device='1'/></source>"
                           "<address type='usb' bus='0' port='1'/></hostdev>", hostdev("bus='2' slot='0'", PLACE)):
                before = domain(Machine('ml', ''), device)
                self.assertEqual(self.dropped(before), before)

    def test_nothing_to_drop(self):
        for before in ('<domain/>', '<domain><devices/></domain>', domain(Machine('ml', ''), CARD)):
            self.assertEqual(self.dropped(before), before)
            self.assertEqual(self.ask(edit=before, drop=[]), {'xml': before})

    def test_decoys(self):
        for decoy in DECOYS:
            for form in ('<domain>%s<devices>@</devices></domain>', '<domain><devices>%s@</devices></domain>',
                         '<domain><devices>@%s</devices></domain>', '<domain>\n  <devices>@</devices>%s</domain>'):
                before = (form % decoy).replace('@', hostdev(SOURCES[GPU], PLACE))
                with self.subTest(decoy=decoy[:60], form=form):
                    self.assertEqual(self.assertDropped(before), (form % decoy).replace('@', hostdev(SOURCES[GPU])))

    def test_recorded_definitions(self):
        count = 0
        for name, before in fixtures():
            with self.subTest(name=name):
                if not is_whole(before):
                    self.assertTrouble(self.ask(edit=before, drop=[GPU]), 'request', 'well-formed')
                    continue
                sources = own_devices(before)
                after = self.assertDropped(before, *sources) if sources else before
                self.assertNotRegex(re.sub(r'<source>.*?</source>', '', after, flags=re.S),
                                    r'(?s)<hostdev(?:(?!</hostdev>).)*<address')
                count += bool(sources)
        self.assertGreaterEqual(count, 3)

    def test_content(self):
        before = LAYOUTS['as libvirt writes it'][0]
        self.assertEqual(canonical(self.dropped(before)), canonical(before.replace(PLACE, '')))

    def test_refused(self):
        for xml in ('', '<domain', '<network/>', '<!DOCTYPE domain><domain/>',
                    '<!DOCTYPE domain [<!ENTITY x "%s">]><domain>&x;</domain>' % PLACE):
            self.assertTrouble(self.ask(edit=xml, drop=[GPU]), 'request')
        for source in ('', 'x', '01:00', '01:00.8', 5, None, [], {}):
            self.assertTrouble(self.ask(edit='<domain/>', drop=[source]), 'request', 'drop')
        for request in ({'edit': 1, 'drop': []}, {'edit': '<domain/>', 'drop': {}}, {'drop': []}):
            self.assertTrouble(self.ask(**request), 'request')
