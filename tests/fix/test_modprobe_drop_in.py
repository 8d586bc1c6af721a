#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""/etc/modprobe.d/gpucheck.conf among the owner's files, as the machine's own modprobe reads them."""
import unittest

from fixing import Fixing, described
from harness import read
from hosts import CARD, OTHER_CARD, unbound
from modprobe import NO_MODPROBE, configuration, options, softdeps

FOLDER, OURS = 'etc/modprobe.d', 'etc/modprobe.d/gpucheck.conf'
RULES = 'etc/udev/rules.d/07-gpucheck.rules'
IDS, OTHER_IDS = ['10de:2504', '10de:228e'], ['1002:731f', '1002:ab38']
MODULES = {'nouveau', 'nvidia', 'snd_hda_intel'}  # that ask for the card, by modules.alias, or have it
OTHER_MODULES = {'amdgpu', 'snd_hda_intel'}
OWNERS_CARD = '10de:1eb8'


@unittest.skipIf(NO_MODPROBE, NO_MODPROBE)
class ModprobeDropIn(Fixing):
    def host(self, *cards, **files):
        root = self.copied(described(unbound(*cards)))
        for name, text in files.items():
            root.write('%s/%s.conf' % (FOLDER, name), text)
        return root

    def ids(self, root):
        return options(root.at(FOLDER))['ids'].split(',')

    def assertBound(self, root, ids, modules=MODULES):
        """vfio-pci claims the ids, each once, and is there before the modules."""
        self.assertEqual(self.ids(root), ids)
        for module in modules:
            self.assertIn('vfio-pci', softdeps(root.at(FOLDER)).get(module, []), module)

    def test_one_card(self):
        root = self.host()
        self.assertEqual(list(self.cycle(root, 'driver').diffs), [OURS])
        self.fixed(root, 'driver')
        self.assertBound(root, IDS)

    def test_two_cards_in_one_plan(self):
        root = self.host(CARD, OTHER_CARD)
        self.cycle(root, 'driver')
        self.fixed(root, 'driver')
        self.assertBound(root, IDS + OTHER_IDS, MODULES | OTHER_MODULES)

    def test_two_cards_in_two_plans(self):
        """Either order; the second keeps what the first has, and can be taken back alone."""
        for first, modules, second, ids in (('01:00.0', MODULES, '02:00.0', IDS + OTHER_IDS),
                                            ('02:00.0', OTHER_MODULES, '01:00.0', OTHER_IDS + IDS)):
            with self.subTest(first=first):
                root = self.host(CARD, OTHER_CARD)
                self.fixed(root, 'driver', '-g', first)
                alone = read(root.at(OURS))
                self.fixed(root, 'driver', '-g', second)
                self.assertBound(root, ids, MODULES | OTHER_MODULES)
                self.undone(root)
                self.assertEqual(read(root.at(OURS)), alone)
                self.assertBound(root, ids[:2], modules)

    def test_owners_ids_in_a_file_before_ours(self):
        root = self.host(a_owner='options vfio-pci ids=%s disable_vga=1\n' % OWNERS_CARD)
        self.fixed(root, 'driver')
        self.assertBound(root, [OWNERS_CARD, *IDS])
        self.assertEqual(options(root.at(FOLDER))['disable_vga'], '1')

    def test_owners_ids_as_the_kernel_takes_them(self):
        """Blanks behind a comma in quotes, subsystem ids, class and mask; an id twice."""
        for text, ids in (('"10de:1eb8, 10de:10f8"', ['10de:1eb8', '10de:10f8']),
                          ('10de:1eb8:10de:ffffffff:30000:ff0000', ['10de:1eb8:10de:ffffffff:30000:ff0000']),
                          ('10de:1eb8,,10DE:1EB8,', ['10de:1eb8']), ('10de:1eb8,nonsense,10de', ['10de:1eb8'])):
            with self.subTest(text=text):
                root = self.host(a_owner='options vfio_pci ids=%s\n' % text)
                self.fixed(root, 'driver')
                self.assertBound(root, ids + IDS)

    def test_owners_ids_in_a_file_behind_ours(self):
        """They would win over ours: then by address, which no file of modprobe's can hinder."""
        root = self.host(vfio='options vfio-pci ids=%s\n' % OWNERS_CARD)
        plan = self.cycle(root, 'driver')
        self.assertIn(RULES, plan.diffs)
        self.assertNotIn(OURS, plan.diffs)
        self.assertIn('other lines of /etc/modprobe.d win', plan.text)

    def test_owners_file_behind_ours_without_ids(self):
        root = self.host(vfio='options vfio-pci disable_vga=1\n')
        self.fixed(root, 'driver')
        self.assertBound(root, IDS)

    def test_owners_softdep_before_ours(self):
        """Of two the first is in effect."""
        root = self.host(a_owner='softdep nouveau pre: i2c-algo-bit\n')
        plan = self.cycle(root, 'driver')
        self.assertIn(RULES, plan.diffs)
        self.assertNotIn(OURS, plan.diffs)

    def test_owners_softdep_before_ours_that_says_the_same(self):
        root = self.host(a_owner='softdep nouveau pre: i2c-algo-bit vfio-pci\n')
        self.fixed(root, 'driver')
        self.assertBound(root, IDS)

    def test_owners_softdep_behind_ours(self):
        """Ours hides it, and asks for what it asked for."""
        root = self.host(z_owner='softdep nouveau pre: i2c-algo-bit mxm-wmi post: drm_kms_helper\n')
        self.fixed(root, 'driver')
        self.assertBound(root, IDS)
        found = softdeps(root.at(FOLDER))['nouveau']
        self.assertEqual(found, ['vfio-pci', 'i2c-algo-bit', 'mxm-wmi'])
        lines = [line for line in configuration(root.at(FOLDER)) if line.startswith('softdep nouveau')]
        self.assertTrue(lines[0].endswith('post: drm_kms_helper'), lines)

    def test_owners_lines_stay_in_effect(self):
        text = 'blacklist pcspkr\noptions kvm_intel nested=1\ninstall floppy /bin/true\nalias my-card nouveau\n'
        root = self.host(a_owner=text, z_owner=text)
        before = configuration(root.at(FOLDER))
        self.fixed(root, 'driver')
        after = configuration(root.at(FOLDER))
        self.assertEqual([line for line in after if line in before], before)

    def test_owners_own_file_of_that_name(self):
        """Lines that gpucheck would not write are the owner's all the same: none of them is lost."""
        text = '# mine\nblacklist nouveau\noptions vfio-pci disable_idle_d3=1\n'
        root = self.host(gpucheck=text)
        self.cycle(root, 'driver')
        self.fixed(root, 'driver')
        self.assertTrue(read(root.at(OURS)).startswith(text))
        self.assertBound(root, IDS)

    def test_what_the_owner_added_to_ours(self):
        root = self.host(CARD, OTHER_CARD)
        self.fixed(root, 'driver', '-g', '01:00.0')
        text = read(root.at(OURS)).replace(','.join(IDS), ','.join(IDS) + ' disable_vga=1') + 'blacklist nouveau\n'
        root.write(OURS, text)
        self.fixed(root, 'driver', '-g', '02:00.0')
        self.assertBound(root, IDS + OTHER_IDS, MODULES | OTHER_MODULES)
        self.assertEqual(options(root.at(FOLDER))['disable_vga'], '1')
        self.assertIn('blacklist nouveau', configuration(root.at(FOLDER)))

    def test_ids_on_the_kernels_line(self):
        """They win over any file: ours join them there, and the file has the softdeps alone."""
        root = self.copied(described(unbound(arguments='BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro intel_iommu=on '
                                                       'vfio-pci.ids=' + OWNERS_CARD)))
        plan = self.fixed(root, 'driver')
        self.assertEqual(sorted(plan.diffs), ['etc/default/grub.d/99-gpucheck.cfg', OURS])
        self.assertIn('+gpucheck_words=\'vfio-pci.ids=%s\'' % ','.join([OWNERS_CARD, *IDS]),
                      plan.diffs['etc/default/grub.d/99-gpucheck.cfg'])
        self.assertNotIn('ids', options(root.at(FOLDER)))
        for module in MODULES:
            self.assertEqual(softdeps(root.at(FOLDER))[module], ['vfio-pci'])
        self.assertEqual(plan.commands, ['update-grub', 'update-initramfs -u -k all'])


if __name__ == '__main__':
    unittest.main()
