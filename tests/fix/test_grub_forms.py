#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The snippet for GRUB against /etc/default/grub as people write it, read by the machine's own grub-mkconfig.

gpucheck below --root runs no update-grub: the test does, and puts what it made into the root. vfio-pci is built into
the kernel, so that its ids are a kernel argument and every form gets something to add.
"""
import unittest

from arguments import iommu_is_off, name_and_value, pieces, values
from fixing import Fixing, described
from grub import KERNEL, NO_MKCONFIG, OTHER_SHELL, Mkconfig, linux_lines
from grub_forms import HEAD, all_forms, sets
from harness import FAILED, Report
from tree import differences

HOST = '''kernel %s
vfio-pci builtin
cmdline BOOT_IMAGE=/boot/vmlinuz root=/dev/sda1 ro
%%s
pci 0000:01:00.0 0300 10de:2504 driver=nouveau boot_vga=0
pci 0000:01:00.1 0403 10de:228e driver=snd_hda_intel
''' % KERNEL
KINDS = {
    'intel': HOST % 'cpu GenuineIntel vmx\nacpi DMAR\npci 0000:00:02.0 0300 8086:a780 driver=i915 boot_vga=1',
    'amd': HOST % 'cpu AuthenticAMD svm\nacpi IVRS\npci 0000:00:03.0 0300 1002:164e driver=amdgpu boot_vga=1',
}
IDS = ['10de:2504', '10de:228e']
OURS = ('iommu', 'amd_iommu', 'intel_iommu', 'vfio_pci.ids')
CMDLINE, GRUB_CFG = 'proc/cmdline', 'boot/grub/grub.cfg'


def others(words):
    """The arguments that are none of gpucheck's business, in order."""
    return [word for word in words if name_and_value(word)[0] not in OURS]


def kept(words, name):
    """What of an argument must survive: all but what turns something off."""
    return [piece for piece in pieces(words, name) if piece and not piece.startswith('off')]


def running(words):
    """proc/cmdline once GRUB has started the kernel: variables that nobody set are empty, blanks are quoted again."""
    said = ('"%s"' % word if ' ' in word else word for word in words if not word.startswith('$'))
    return ' '.join(['BOOT_IMAGE=/boot/vmlinuz-' + KERNEL, *said]) + '\n'


@unittest.skipIf(NO_MKCONFIG, NO_MKCONFIG)
class GrubForms(Fixing):
    def setUp(self):
        self.mkconfig = Mkconfig(self.folder())

    def boots(self, root, grub_cfg):
        """The root after a boot with this configuration."""
        root.write(GRUB_CFG, grub_cfg)
        root.write(CMDLINE, running(linux_lines(grub_cfg)[0]))

    def check_form(self, files):
        before = None
        for vendor, description in KINDS.items():
            with self.subTest(vendor=vendor):
                root = self.copied(described(description))
                root.clear('etc/default')
                for path, text in files.items():
                    root.write('etc/default/' + path, text)
                before = before or self.mkconfig.run(root)
                self.boots(root, before)
                settings = self.tree(root)
                self.fixed(root)
                self.check_made(root, vendor, linux_lines(before)[0])
                self.undone(root)
                found = differences(settings, self.tree(root), {'etc/default', 'etc/default/grub.d'})
                self.assertLessEqual(found.keys(), {CMDLINE, GRUB_CFG, 'boot/grub', 'proc'})
        self.assertEqual(self.mkconfig.run(root), before)

    def check_made(self, root, vendor, old):
        """What grub-mkconfig makes of it now."""
        made = self.mkconfig.run(root)
        self.check_words(vendor, old, linux_lines(made)[0])
        if vendor == 'amd':
            self.assertEqual(self.mkconfig.run(root, OTHER_SHELL), made)
        self.boots(root, made)
        verdict = Report(self.run_on(root, '-f', 'json', 'iommu.cmdline')).check('iommu.cmdline')
        self.assertIn(verdict['verdict'], ('pass', 'warn'), verdict)
        records = self.records(root)
        self.assertEqual(self.fix(root).status, FAILED)  # nothing is bound yet
        self.assertEqual(self.records(root), records, 'the second run has a plan too')

    def check_words(self, vendor, old, words):
        self.assertFalse(iommu_is_off(words, vendor), words)
        self.assertEqual(others(words), others(old))
        for name in OURS[:2]:
            self.assertEqual(kept(words, name), kept(old, name))
        self.check_asked(vendor, kept(old, 'intel_iommu'), kept(words, 'intel_iommu'), words)
        theirs = (values(old, 'vfio_pci.ids') or [''])[-1].split(',')
        ids = values(words, 'vfio_pci.ids')
        self.assertEqual(len(ids), 1, words)
        self.assertEqual(ids[0].split(','), list(dict.fromkeys(one for one in theirs + IDS if one)))

    def check_asked(self, vendor, old, new, words):
        """Intel's is asked for, and not twice where one did."""
        self.assertIn(new, (old, old + ['on']))
        self.assertLessEqual(words.count('intel_iommu=on'), 1)
        if vendor == 'intel':
            self.assertTrue(any(piece.startswith('on') for piece in new), words)
        else:
            self.assertEqual(new, old)

    def test_there_already_and_not_known_to_grub(self):
        """The owner wrote it and forgot update-grub: it is not doubled."""
        root = self.copied(described(KINDS['intel']))
        for variable in ('GRUB_CMDLINE_LINUX', 'GRUB_CMDLINE_LINUX_DEFAULT'):
            with self.subTest(variable=variable):
                root.write('etc/default/grub', HEAD + sets('quiet intel_iommu=off', variable))
                self.boots(root, self.mkconfig.run(root))
                root.write('etc/default/grub', HEAD + sets('quiet intel_iommu=on', variable))
                plan = self.fixed(root, 'iommu')
                self.assertIn("+gpucheck_words='intel_iommu=on'\n", plan.text)
                words = linux_lines(self.mkconfig.run(root))[0]
                self.assertEqual(words.count('intel_iommu=on'), 1, words)
                self.undone(root)

    def test_recovery_entries(self):
        """They get the first variable only: nothing in it turns the IOMMU off any more."""
        root = self.copied(described(KINDS['intel']))
        root.write('etc/default/grub', HEAD.replace('=true', '=false') + sets('quiet') + sets('iommu=off nosmt',
                                                                                             'GRUB_CMDLINE_LINUX'))
        self.boots(root, self.mkconfig.run(root))
        self.fixed(root)
        lines = linux_lines(self.mkconfig.run(root))
        self.assertEqual(len(lines), 3)
        self.assertIn('single', lines[2])
        for words in lines:
            self.assertFalse(iommu_is_off(words, 'intel'), words)
            self.assertIn('nosmt', words)


FORMS = all_forms()
for number, form in enumerate(FORMS):
    setattr(GrubForms, 'test_%02d_%s' % (number, form.replace(' ', '_').replace('.', '_')),
            lambda self, files=FORMS[form]: self.check_form(files))


class Count(unittest.TestCase):
    @unittest.skipIf(NO_MKCONFIG, NO_MKCONFIG)
    def test_count(self):
        print('%d forms of /etc/default/grub, each on %d kinds of host' % (len(FORMS), len(KINDS)), flush=True)


if __name__ == '__main__':
    unittest.main()
