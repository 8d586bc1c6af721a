#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""display.console: the word that keeps the kernel off firmware's framebuffer, and where it is no remedy."""
import unittest

from fixing import Fixing, described
from hosts import GRUB, SYSTEMD_BOOT, unbound
from shown import NOTHING
from tree import STATE, differences

CHECK = 'display.console'
WORD = 'initcall_blacklist=sysfb_init'
DROP_IN = 'etc/default/grub.d/99-gpucheck.cfg'
CMDLINE = 'etc/kernel/cmdline'
ON_VFIO = '''pci 0000:01:00.0 0300 10de:2504 driver=vfio-pci group=12 boot_vga=0 bootfb=BOOTFB
pci 0000:01:00.1 0403 10de:228e driver=vfio-pci group=12'''
ON_NVIDIA = ON_VFIO.replace('vfio-pci', 'nvidia', 1)
CONTROLLER_3D = ON_NVIDIA.replace(' 0300 ', ' 0302 ').replace(' boot_vga=0', '')


class BootFramebuffer(Fixing):
    def host(self, card=ON_VFIO, **how):
        return self.copied(described(unbound(card, **how)))

    def assertByHand(self, word, root):
        before = self.tree(root)
        plan = self.plan(root, CHECK)
        self.assertTrue(any(word in one for one in plan.by_hand), plan.text)
        self.assertIn(NOTHING, plan.text)
        self.fix(root, CHECK)
        self.assertEqual(differences(before, self.tree(root)), {})

    def test_grub(self):
        root = self.host()
        plan = self.cycle(root, CHECK)
        self.assertEqual(list(plan.diffs), [DROP_IN])
        self.assertIn("+gpucheck_words='%s'" % WORD, plan.diffs[DROP_IN])
        self.assertIn('update-grub', plan.text)
        self.assertTrue(plan.reboot)

    def test_beside_other_words(self):
        """One file holds the words of both checks, and undoing the second leaves those of the first."""
        root = self.host(ON_VFIO.replace('group=12', ''), arguments=GRUB + ' quiet intel_iommu=off')
        self.fixed(root, 'iommu')
        before = self.tree(root)
        plan = self.fixed(root, CHECK)
        self.assertIn("+gpucheck_words='intel_iommu=on %s'" % WORD, plan.diffs[DROP_IN])
        self.undone(root)
        self.assertUndone(before, plan, root)

    def test_both_in_one_plan(self):
        root = self.host(ON_VFIO.replace('group=12', ''), arguments=GRUB + ' quiet intel_iommu=off')
        plan = self.cycle(root, 'iommu', CHECK)
        self.assertIn("+gpucheck_words='intel_iommu=on %s'" % WORD, plan.diffs[DROP_IN])

    def test_systemd_boot(self):
        root = self.host(arguments=SYSTEMD_BOOT + ' intel_iommu=on')
        root.clear('boot/grub')
        root.write('boot/loader/loader.conf', 'default debian.conf\n')
        root.write('boot/loader/entries/debian.conf',
                   'title Debian\nlinux /vmlinuz\noptions root=/dev/sda1 ro intel_iommu=on\n')
        root.write(CMDLINE, 'root=/dev/sda1 ro intel_iommu=on\n')
        plan = self.cycle(root, CHECK)
        self.assertIn('+root=/dev/sda1 ro intel_iommu=on ' + WORD, plan.diffs[CMDLINE])

    def test_the_next_boot_has_it(self):
        """The owner wrote it, in a list, and has not rebooted: there is nothing to add."""
        more = 'next %s intel_iommu=on initcall_blacklist=some_init,sysfb_init' % GRUB
        root = self.host(more=more)
        before = self.tree(root)
        plan = self.plan(root, CHECK)
        self.assertTrue(any(CHECK in one for one in plan.reboot), plan.text)
        self.assertIn(NOTHING, plan.text)
        self.fix(root, CHECK)
        self.assertEqual(differences(before, self.tree(root)), {})

    def test_like_words_are_not_it(self):
        for word in ('initcall_blacklist=sysfb_init2', 'initcall_blacklist=a_sysfb_init', 'initcall_blacklist='):
            with self.subTest(word=word):
                self.assertTrue(self.plan(self.host(more='next %s %s' % (GRUB, word)), CHECK).diffs)

    def test_tried_in_this_boot(self):
        self.assertByHand('does not keep it away', self.host(arguments=GRUB + ' ' + WORD))

    def test_vfio_takes_it_away(self):
        """Of a VGA controller, in a kernel since 6.0, once it has the card."""
        self.assertByHand('mend driver.vfio first', self.host(ON_NVIDIA))
        for card, more in ((CONTROLLER_3D, ''), (ON_NVIDIA, 'kernel 5.10.0-32-amd64')):
            with self.subTest(card=card, more=more):
                self.assertEqual(list(self.plan(self.host(card, more=more), CHECK).diffs), [DROP_IN])

    def test_the_only_display(self):
        text = unbound(ON_VFIO).replace('pci 0000:00:02.0 0300 8086:a780 driver=i915 boot_vga=1\n', '')
        for host in (text, text.replace('boot_vga=0', 'boot_vga=1')):
            self.assertByHand('only display of the host', self.copied(described(host)))

    def test_group_that_the_host_uses(self):
        root = self.host(more='pci 0000:03:00.0 0106 8086:a102 driver=ahci group=12')
        plan = self.plan(root, CHECK)
        self.assertTrue(any('which this host uses' in one for one in plan.refused), plan.text)
        self.assertNotIn(STATE, self.tree(root))

    def test_unreadable_next_boot(self):
        root = self.host()
        root.loop('boot/grub/grub.cfg')
        self.assertTrue(self.plan(root, CHECK).refused)
        self.assertEqual(self.plan(root, CHECK).diffs, {})


if __name__ == '__main__':
    unittest.main()
