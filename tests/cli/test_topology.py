#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--topology: which functions are drawn, where, whose they are, and what is said of the cards."""
import os
import re
import subprocess
import unittest

from harness import FIXTURES, READY, REFUSED, CommandLine, arguments_of, built_root

SHARED = 'b550m-gt710-shares-chipset-group'
APU = 'cezanne-apu-shares-soc-group'
HEAD = '''cpu     AuthenticAMD svm
iommu   ivhd0
acpi    IVRS
cmdline root=/dev/sda1
'''
ROW = re.compile(r'^(>?)[ │├└─]+([0-9a-f]{4,}:[0-9a-f:.]+) +(\S+) +(\S+) +(\S+(?: \S+)*?)  +(.*)$', re.M)


def sentences(text):
    """The same without its lines."""
    return ' '.join(text.split())


class Topology(CommandLine):
    def described(self, text):
        folder = self.folder()
        host, root = os.path.join(folder, 'host'), os.path.join(folder, 'root')
        with open(host, 'w', encoding='utf-8') as f:
            f.write(HEAD + text)
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), host, root], check=True)
        return root

    def drawn(self, root, *arguments, status=None, **env):
        run = self.gpucheck('--root', root, '--topology', *arguments, COLUMNS='1000', **env)
        self.assertEqual(run.stderr, '')
        if status is not None:
            self.assertEqual(run.status, status, run.stdout)
        return run.stdout

    def rows(self, text):
        """Address: group, driver, owner; and which are marked as the card's."""
        rows = ROW.findall(text)
        return {row[1]: row[2:5] for row in rows}, [row[1] for row in rows if row[0]]

    def test_what_matters_is_shown(self):
        rows, card = self.rows(self.drawn(built_root(SHARED), '-g', '04:00.0', status=1))
        self.assertEqual(card, ['0000:04:00.0', '0000:04:00.1'])
        self.assertEqual(sorted(rows), ['0000:00:01.2', '0000:02:00.0', '0000:02:00.1', '0000:02:00.2', '0000:03:00.0',
                                        '0000:03:09.0', '0000:04:00.0', '0000:04:00.1', '0000:2a:00.0'])
        self.assertEqual(rows['0000:2a:00.0'], ('13*', 'r8169', 'host'))
        self.assertEqual(rows['0000:00:01.2'], ('1', 'pcieport', 'host'))

    def test_all_of_the_tree(self):
        rows, _ = self.rows(self.drawn(built_root(SHARED), '-v', '-g', '04:00.0'))
        self.assertEqual(sorted(rows), sorted(os.listdir(os.path.join(built_root(SHARED), 'sys/bus/pci/devices'))))
        self.assertEqual(rows['0000:2b:00.3'], ('14', '-', 'nobody'))

    def test_a_bridge_beside_the_card_is_no_company(self):
        rows, _ = self.rows(self.drawn(built_root(READY), status=0))
        self.assertNotIn('*', ''.join(row[0] for row in rows.values()))

    def test_owners(self):
        rows, _ = self.rows(self.drawn(built_root('rtx3060-vm-still-runs-the-old-definition')))
        self.assertEqual([rows['0000:01:00.%d' % n][2] for n in (0, 1)], ['VM ml', 'vfio'])
        rows, _ = self.rows(self.drawn(built_root('rtx4090-hard-limit-too-small')))
        self.assertRegex(' '.join(row[2] for row in rows.values()), r'VM \S+')

    def port(self, acs, more=''):
        root = self.described('''pci 0000:00:01.0 0604 1022:1483 driver=pcieport group=7 port=root %s
  pci 0000:01:00.0 0604 1022:43e9 driver=pcieport group=7 port=upstream acs=on
    pci 0000:02:00.0 0604 1022:43ea driver=pcieport group=7 port=downstream acs=on
      pci 0000:03:00.0 0300 10de:128b driver=vfio-pci group=7
    pci 0000:02:01.0 0604 1022:43ea driver=pcieport group=7 port=downstream acs=on
      pci 0000:04:00.0 0200 10ec:8125 driver=r8169 group=7
%s''' % (acs, more))
        return sentences(self.drawn(root, status=1))

    def test_why(self):
        for acs, word in (('acs=none', 'the root port 0000:00:01.0 above it has no ACS'),
                          ('acs=off', 'has ACS (Access Control Services) that is not turned on'),
                          ('acs=on', 'none that the PCI tree shows'), ('', 'is not in this record')):
            with self.subTest(acs=acs):
                self.assertIn(word, self.port(acs))

    def test_free_slots(self):
        self.assertIn('no empty root port is seen', self.port('acs=none'))
        text = self.port('acs=none', 'pci 0000:00:03.2 0604 1022:1483 driver=pcieport group=5 port=root acs=on\n')
        self.assertIn('the root port 0000:00:03.2 (with ACS) would be alone', text)
        shared = 'pci 0000:00:03.2 0604 1022:1483 driver=pcieport group=5 port=root\n' \
                 'pci 0000:00:03.3 0200 10ec:8125 driver=r8169 group=5\n'
        self.assertIn('no empty root port is seen', self.port('acs=none', shared))

    def test_integrated(self):
        text = self.drawn(built_root(APU), *arguments_of(APU))
        self.assertNotIn('slots:', text)
        self.assertIn('why: it is part of the processor', sentences(text))
        self.assertRegex(text, 'is (not )?isolated')

    def test_without_an_iommu(self):
        text = self.drawn(built_root('rtx3060-vtd-off-by-argument'), status=1)
        self.assertIn('GPU 0000:01:00.0 is not isolated: VT-d is off', text)

    def test_it_says_what_the_check_says(self):
        for name in (READY, SHARED, 'epyc-a100-group-of-bridges', 'rtx3060-acs-override'):
            arguments = ('-g', '04:00.0') if name == SHARED else ()
            check = self.report(built_root(name), *arguments, 'iommu.isolated').check('iommu.isolated')
            self.assertIn(check['reason'], sentences(self.drawn(built_root(name), *arguments)))

    def test_no_card(self):
        root = built_root('no-gpu-at-all')
        self.assertRefused('gpucheck --topology -v', '--root', root, '--topology')
        run = self.gpucheck('--root', root, '--topology', '-v')
        self.assertEqual(run.status, REFUSED)
        self.assertIn('0000:00:01.0', run.stdout)
        self.assertNotIn('>', run.stdout)

    def test_lines_in_ascii(self):
        self.assertIn('`- 0000:', self.drawn(built_root(SHARED), LC_ALL='C'))

    def test_names_cannot_forge_a_line(self):
        root = self.root()
        root.write('usr/share/misc/pci.ids', '10de  N\n\t2504  a\x1b[2J\u202e b\n')
        text = self.drawn(root.folder)
        self.assertNotIn('\x1b', text)
        self.assertIn('\\x1b', text)

    def test_a_loop_of_bridges(self):
        root = self.root()
        for one, other in (('0000:01:00.0', '0000:01:00.1'), ('0000:01:00.1', '0000:01:00.0')):
            root.link('sys/bus/pci/devices/' + one, '../../../devices/pci0000:00/%s/%s' % (other, one))
        run = self.gpucheck('--root', root.folder, '--topology', '-v', '-g', '01:00.0')
        self.assertIn(run.status, (1, 2, 3))

    def test_no_format_and_no_check(self):
        for words in (('--format', 'json'), ('-f', 'tap'), ('iommu.isolated',)):
            with self.subTest(words=words):
                self.assertRefused(words[-1], '--topology', *words)

    def test_into_a_file(self):
        path = os.path.join(self.folder(), 'drawing')
        run = self.gpucheck('--root', built_root(READY), '--topology', '--output', path)
        self.assertEqual((run.status, run.stdout), (0, ''))
        with open(path, encoding='utf-8') as f:
            self.assertIn('0000:01:00.0', f.read())


if __name__ == '__main__':
    unittest.main()
