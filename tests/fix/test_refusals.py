#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What --fix does not do to a host, and says so."""
import unittest

from fixing import Fixing, described
from harness import FAILED, REFUSED
from hosts import unbound
from shown import NOTHING
from tree import STATE, differences

CARD = '0000:01:00.0'
SHOWN_ON_THE_CARD = unbound().replace('i915 boot_vga=1', 'i915 boot_vga=0').replace('group=12 boot_vga=0',
                                                                                     'group=12 boot_vga=1')
ONLY_DISPLAY = SHOWN_ON_THE_CARD.replace('pci 0000:00:02.0 0300 8086:a780 driver=i915 boot_vga=0\n', '')
DEFINITION = '''<domain type='kvm'>
  <name>ml</name>
  <memory unit='GiB'>8</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices/>
</domain>
'''
PASSES = """<devices>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source><address domain='0x0000' bus='0x03' slot='0x00' function='0x0'/></source>
    </hostdev>
  </devices>"""
# What else may be in the card's group: whether the host uses it, so that the card must stay.
GROUP = {
    '0000:03:00.0 0106 8086:a102 driver=ahci group=12': True,
    '0000:03:00.0 0108 144d:a808 driver=nvme group=12': True,
    '0000:03:00.0 0200 8086:15f3 driver=igc group=12': True,
    '0000:03:00.0 0280 8086:2725 driver=iwlwifi group=12': True,
    '0000:03:00.0 0106 8086:a102 group=12': False,
    '0000:03:00.0 0106 8086:a102 driver=vfio-pci group=12': False,
    '0000:03:00.0 0106 8086:a102 driver=ahci group=13': False,
    '0000:03:00.0 0403 8086:7a50 driver=snd_hda_intel group=12': False,
}


class Refused(Fixing):
    def assertLeftAlone(self, root, word, *arguments):
        """Not one file changes, and the plan says why."""
        before = self.tree(root)
        plan = self.plan(root, *arguments)
        self.assertTrue(any(word in one for one in plan.refused), plan.text)
        self.assertIn(NOTHING, plan.text)
        run = self.fix(root, *arguments)
        self.assertEqual(run.status, FAILED)
        self.assertIn('refused: ', run.stderr)
        self.assertIn(word, run.stderr)
        self.assertEqual(differences(before, self.tree(root)), {})
        self.assertNotIn(STATE, self.tree(root))
        return plan

    def test_the_only_display(self):
        root = self.copied(described(ONLY_DISPLAY))
        self.assertLeftAlone(root, CARD + ' is the only display of this host', 'driver')

    def test_the_only_display_for_a_vm(self):
        root = self.copied(described(ONLY_DISPLAY))
        root.write('etc/libvirt/qemu/ml.xml', DEFINITION)
        self.assertLeftAlone(root, 'is the only display of this host', 'vm')

    def test_definition_that_passes_what_the_host_uses(self):
        """Its addresses stood for the card before another device was added."""
        for device, is_used in (('0108 144d:a808 driver=nvme', True), ('0200 8086:15f3 driver=igc', True),
                                ('0108 144d:a808', False), ('0108 144d:a808 driver=vfio-pci', False),
                                ('0403 8086:7a50 driver=snd_hda_intel', False)):
            root = self.copied(described(unbound(more='pci 0000:03:00.0 %s group=13' % device)))
            root.write('etc/libvirt/qemu/ml.xml', DEFINITION.replace('<devices/>', PASSES))
            with self.subTest(device=device):
                if is_used:
                    self.assertLeftAlone(root, 'VM ml passes 0000:03:00.0', 'vm.hostdev')
                else:
                    self.assertEqual(self.plan(root, 'vm.hostdev').refused, [])

    def test_group_that_the_host_uses(self):
        for function, is_used in GROUP.items():
            with self.subTest(function=function):
                root = self.copied(described(unbound(more='pci ' + function)))
                if not is_used:
                    self.fixed(root, 'driver')
                    continue
                self.assertLeftAlone(root, 'which this host uses', 'driver')
                self.assertIn('0000:03:00.0', self.plan(root, 'driver').refused[0])
                root.write('etc/libvirt/qemu/ml.xml', DEFINITION)
                self.assertLeftAlone(root, 'which this host uses', 'vm')

    def test_one_refusal_does_not_stop_the_rest(self):
        """The other check is mended in the same plan."""
        root = self.copied(described(unbound(more='pci 0000:03:00.0 0106 8086:a102 driver=ahci group=12\n'
                                                  'file usr/lib/xorg/Xorg\n')))
        plan = self.cycle(root)
        self.assertEqual(list(plan.diffs), ['etc/X11/xorg.conf.d/20-gpucheck.conf'])
        self.assertTrue(plan.refused)

    def test_refused_in_the_middle(self):
        """The first file could be made and the second could not: then neither is in the plan."""
        root = self.copied(described(unbound()))
        root.clear('etc/initramfs-tools')
        root.write('etc/kernel/postinst.d/dracut', '')
        root.loop('etc/dracut.conf.d/90-gpucheck.conf')
        self.assertLeftAlone(root, '/etc/dracut.conf.d/90-gpucheck.conf', 'driver')

    def test_by_hand_stays_by_hand(self):
        """Firmware shows the card: no file for Xorg can mend that, and the report calls it manual."""
        root = self.copied(described(SHOWN_ON_THE_CARD + 'file usr/lib/xorg/Xorg\n'))
        before = self.tree(root)
        plan = self.plan(root, 'display')
        self.assertEqual((plan.diffs, plan.steps), ({}, []))
        self.assertEqual(len(plan.by_hand), 1)
        self.fix(root, 'display')
        self.assertEqual(differences(before, self.tree(root)), {})

    def test_disruption_below_a_root(self):
        """There is nothing to restart: it stays with the person."""
        root, _ = self.recorded_host('rtx3060-vm-still-runs-the-old-definition')
        before = self.tree(root)
        run = self.fix(root, '--allow-disruption')
        self.assertEqual(run.status, FAILED)
        self.assertIn('by hand: vm.pending', run.stderr)
        self.assertEqual(differences(before, self.tree(root)), {})

    def test_no_card(self):
        root, _ = self.recorded_host('no-gpu-at-all')
        before = self.tree(root)
        self.assertEqual(self.fix(root).status, REFUSED)
        self.assertEqual(before.keys(), self.tree(root).keys())

    def test_what_cannot_be_read(self):
        """Not measured is nothing to mend by guessing."""
        root = self.copied(described(unbound()))
        for path in ('proc/cmdline', 'boot/grub/grub.cfg'):
            root.loop(path)
        before = self.tree(root)
        self.fix(root, 'iommu')
        self.assertEqual(differences(before, self.tree(root)), {})


if __name__ == '__main__':
    unittest.main()
