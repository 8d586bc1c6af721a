#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Guest addresses below --root: those that do not serve go out of the definition, and nothing else does."""
import unittest
from textwrap import indent

from harness import FAILED, read
from hosts import CARD
from shown import patched
from test_definitions import HOSTDEV, ML, WithDefinitions, definition, passed

CHECK = 'vm.address'
UNASSIGNED = "      <address type='unassigned'/>\n"
ROM = "      <rom bar='off'/>\n      <!-- as the forum says -->\n"
RNG = "    <rng model='virtio'><address type='pci' bus='0x05' slot='0x00' function='0x0'/></rng>\n"


def at(bus, function, more=''):
    return ("      <address type='pci' domain='0x0000' bus='0x%02x' slot='0x00' function='0x%x'%s/>\n"
            % (bus, function, more))


def card(gpu, audio):
    return HOSTDEV % (1, 0, gpu) + HOSTDEV % (1, 1, audio)


class GuestAddresses(WithDefinitions):
    def assertMended(self, before, after, *cards):
        """The definition's devices before and after; the plan is one file, and is taken back to the byte."""
        root = self.host(*cards, ml=definition(devices=before))
        plan = self.cycle(root, CHECK)
        self.assertEqual((list(plan.diffs), plan.commands), ([ML], []))
        self.assertEqual(patched(definition(devices=before), plan.diffs[ML]), definition(devices=after))
        self.fixed(root, CHECK)
        self.assertEqual(self.bytes_of(root), definition(devices=after))

    def test_unassigned(self):
        self.assertMended(card(ROM + UNASSIGNED, at(6, 0)), card(ROM, at(6, 0)))

    def test_clash(self):
        self.assertMended(RNG + card(at(5, 0), at(6, 0)), RNG + card('', at(6, 0)))

    def test_slot_mates_go_along(self):
        """The audio function's slot has no function 0 of the card's once the GPU is elsewhere."""
        self.assertMended(RNG + card(at(5, 0), at(5, 1)), RNG + card('', ''))

    def test_function_alone(self):
        self.assertMended(card(at(5, 0), at(6, 1)), card(at(5, 0), ''))

    def test_single_function(self):
        self.assertMended(card(at(5, 0, " multifunction='off'"), at(5, 1)), card('', ''))

    def test_warning(self):
        """A card behind a port, on pcie-root itself in the guest; one of the host's chipset may be there."""
        before = card(at(0, 0).replace("slot='0x00'", "slot='0x07'"), at(6, 0))
        port = 'pci 0000:00:01.0 0604 8086:a70d driver=pcieport group=12\n' + indent(CARD, '  ')
        self.assertMended(before, card('', at(6, 0)), port)
        self.assertEqual(self.plan(self.host(ml=definition(devices=before)), CHECK).diffs, {})

    def test_nothing_to_mend(self):
        for devices in (card('', ''), card(at(5, 0), at(5, 1)), card(at(5, 0), at(6, 0))):
            root = self.host(ml=definition(devices=devices))
            self.assertEqual(self.plan(root, CHECK).diffs, {})

    def test_with_a_missing_function(self):
        """One plan adds the audio function, and a second one has nothing to do."""
        root = self.host(ml=definition(devices=HOSTDEV % (1, 0, UNASSIGNED)))
        self.cycle(root, 'vm')
        self.fixed(root, 'vm')
        self.assertEqual(passed(self.bytes_of(root)), [('0000:01:00.0', False), ('0000:01:00.1', False)])
        self.assertNotIn('unassigned', self.bytes_of(root))

    def test_changed_meanwhile(self):
        """What somebody changed since is not overwritten."""
        root = self.host(ml=definition(devices=card(UNASSIGNED, '')))
        self.fixed(root, CHECK)
        mine = read(root.at(ML)).replace('8388608', '4194304')
        root.write(ML, mine)
        run = self.run_on(root, '--undo')
        self.assertEqual(run.status, FAILED, run.stderr)
        self.assertEqual(self.bytes_of(root), mine)


if __name__ == '__main__':
    unittest.main()
