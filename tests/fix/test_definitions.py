#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Definitions of VMs below --root: every function of the card comes in, every other byte stays."""
import os
import re
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ET

from fixing import Fixing, described
from harness import FAILED, read
from hosts import CARD, OTHER_CARD, unbound
from tree import differences

FOLDER = 'etc/libvirt/qemu'
ML = FOLDER + '/ml.xml'
VALIDATE = shutil.which('virt-xml-validate')
HEAD = '''<!--
WARNING: THIS IS AN AUTO-GENERATED FILE. CHANGES TO IT ARE LIKELY TO BE
OVERWRITTEN AND LOST. Changes to this xml configuration should be made using:
  virsh edit %s
or other application using the libvirt API.
-->

'''
# As libvirt saves it.
DOMAIN = '''<domain type='kvm'>
  <name>%s</name>
  <uuid>8a1d6d0e-7c0b-4c9f-9a51-0d3a6d2b1c4e</uuid>
  <memory unit='KiB'>8388608</memory>
  <currentMemory unit='KiB'>8388608</currentMemory>
  <vcpu placement='static'>4</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
  </os>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/&quot;ml&quot; &amp; more.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
%s    <memballoon model='none'/>
  </devices>
</domain>
'''
HOSTDEV = '''    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source>
        <address domain='0x0000' bus='0x%02x' slot='0x00' function='0x%x'/>
      </source>
%s    </hostdev>
'''
COMMAND_LINE = '''  <qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
    <qemu:arg value='-device'/>
    <qemu:arg value='vfio-pci,host=01:00.0'/>
  </qemu:commandline>
'''
ROM_OFF = "      <rom bar='off'/>\n"
GPU, AUDIO = HOSTDEV % (1, 0, ''), HOSTDEV % (1, 1, '')
# Below a root a card on the host's drivers is no obstacle; only the definition is mended here.
CHECKS = ('vm',)


def definition(name='ml', devices=''):
    return HEAD % name + DOMAIN % (name, devices)


def passed(text):
    """Sources of the definition's own PCI devices, and whether each has its ROM off."""
    found = []
    for one in ET.fromstring(text.encode()).findall("./devices/hostdev[@type='pci']"):
        address = one.find('source/address')
        numbers = [int(address.get(key, '0'), 0) for key in ('domain', 'bus', 'slot', 'function')]
        rom = one.find('rom')
        found.append(('%04x:%02x:%02x.%x' % tuple(numbers), rom is not None and rom.get('bar') == 'off'))
    return found


class WithDefinitions(Fixing):
    def host(self, *cards, conf='', **texts):
        root = self.copied(described(unbound(*cards)))
        for name, text in (texts or {'ml': definition()}).items():
            root.write('%s/%s.xml' % (FOLDER, name), text)
            os.chmod(root.at('%s/%s.xml' % (FOLDER, name)), 0o600)
        if conf:
            root.write('etc/gpucheck.conf', conf)
        return root

    def bytes_of(self, root, path=ML):
        with open(root.at(path), 'rb') as f:
            return f.read().decode()


class Definitions(WithDefinitions):
    def test_every_function(self):
        root = self.host()
        plan = self.cycle(root, *CHECKS)
        self.assertEqual((list(plan.diffs), plan.commands), ([ML], []))
        before = self.tree(root)
        self.fixed(root, *CHECKS)
        self.assertEqual(passed(read(root.at(ML))), [('0000:01:00.0', False), ('0000:01:00.1', False)])
        self.assertEqual(differences(before, self.tree(root), {FOLDER}), {ML: 'changed content'})

    def test_every_other_byte(self):
        root = self.host()
        self.fixed(root, *CHECKS)
        ours = HOSTDEV.replace('%s', '') % (1, 0) + HOSTDEV.replace('%s', '') % (1, 1)
        text = self.bytes_of(root)
        self.assertEqual(text.count(ours), 1)
        self.assertEqual(text.replace(ours, ''), definition())

    def test_function_left_out(self):
        root = self.host(ml=definition(devices=GPU))
        self.cycle(root, *CHECKS)
        self.fixed(root, *CHECKS)
        self.assertEqual(self.bytes_of(root).replace(AUDIO, ''), definition(devices=GPU))
        self.assertIn('vm.functions', self.run_on(root, '--undo', 'list').stdout)

    def test_rom_off(self):
        """Of the configuration: for the GPU, the only function that has the ROM."""
        for conf, off in (('[gpu 0000:01:00.0]\nrom = off\n', True), ('[gpu 0000:01:00.0]\nrom = on\n', False),
                          ('[gpu 0000:01:00.0]\nvm = ml\nrom=off\n', True)):
            with self.subTest(conf=conf):
                root = self.host(conf=conf)
                self.cycle(root, *CHECKS)
                self.fixed(root, *CHECKS)
                self.assertEqual(passed(read(root.at(ML))), [('0000:01:00.0', off), ('0000:01:00.1', False)])
                self.assertEqual(ROM_OFF in self.bytes_of(root), off)

    def test_rom_of_a_device_that_is_there(self):
        """The owner's own hostdev is not touched for it."""
        root = self.host(conf='[gpu 0000:01:00.0]\nrom = off\n', ml=definition(devices=GPU))
        self.fixed(root, *CHECKS)
        self.assertEqual(passed(read(root.at(ML)))[0], ('0000:01:00.0', False))

    def test_the_vm_that_is_meant(self):
        """Named, configured, or the one that has a function of the card: no other is changed."""
        both = {'ml': definition('ml'), 'web': definition('web')}
        for arguments, conf in ((('--vm', 'web'), ''), ((), '[gpu 0000:01:00.0]\nvm = web\n')):
            root = self.host(conf=conf, **both)
            self.assertEqual(list(self.plan(root, *CHECKS, *arguments).diffs), [FOLDER + '/web.xml'])
        root = self.host(ml=definition('ml'), web=definition('web', GPU))
        self.assertEqual(list(self.plan(root, *CHECKS).diffs), [FOLDER + '/web.xml'])

    def test_nobody_said_which_vm(self):
        root = self.host(ml=definition('ml'), web=definition('web'))
        plan = self.plan(root, *CHECKS)
        self.assertEqual(plan.diffs, {})

    def test_two_cards_for_one_vm(self):
        """In one plan, and in two; either is taken back alone."""
        conf = '[gpu 0000:01:00.0]\nvm = ml\nrom = off\n[gpu 0000:02:00.0]\nvm = ml\n'
        whole = [('0000:01:00.0', True), ('0000:01:00.1', False), ('0000:02:00.0', False), ('0000:02:00.1', False)]
        root = self.host(CARD, OTHER_CARD, conf=conf)
        self.cycle(root, *CHECKS)
        self.fixed(root, *CHECKS)
        self.assertEqual(passed(read(root.at(ML))), whole)
        root = self.host(CARD, OTHER_CARD, conf=conf)
        for card in ('01:00.0', '02:00.0'):
            self.fixed(root, *CHECKS, '-g', card)
        self.assertEqual(passed(read(root.at(ML))), whole)
        self.undone(root)
        self.assertEqual(passed(read(root.at(ML))), whole[:2])

    def test_two_vms_in_one_plan(self):
        conf = '[gpu 0000:01:00.0]\nvm = ml\n[gpu 0000:02:00.0]\nvm = web\n'
        root = self.host(CARD, OTHER_CARD, conf=conf, ml=definition('ml'), web=definition('web'))
        self.cycle(root, *CHECKS)
        self.fixed(root, *CHECKS)
        for path, bus in ((ML, '01'), (FOLDER + '/web.xml', '02')):
            self.assertEqual([one for one, _ in passed(read(root.at(path)))],
                             ['0000:%s:00.0' % bus, '0000:%s:00.1' % bus])

    def test_layouts(self):
        """Tabs, carriage returns, one line, no newline at the end: as it was, and back."""
        plain = definition()
        layouts = {'tabs': re.sub('^( +)', lambda m: '\t' * (len(m[1]) // 2), plain, flags=re.M),
                   'carriage returns': plain.replace('\n', '\r\n'), 'no newline': plain.rstrip('\n'),
                   'one line': re.sub(r'>\s+<', '><', DOMAIN % ('ml', '')),
                   'no devices': re.sub('  <devices>.*</devices>\n', '', plain, flags=re.S),
                   'not ASCII': plain.replace('<os>', '<title>größe \U0001f5a5</title>\n  <os>')}
        for name, text in layouts.items():
            with self.subTest(name=name):
                root = self.host(ml=text.encode())
                self.cycle(root, *CHECKS)
                self.fixed(root, *CHECKS)
                made = self.bytes_of(root)
                self.assertEqual(len(passed(made)), 2)
                self.assertEqual(made.endswith('\n'), text.endswith('\n'))
                self.assertEqual('\r\n' in made, '\r\n' in text)
                kept = iter(made)
                self.assertTrue(all(c in kept for c in text), 'a byte is gone')

    def test_link(self):
        root = self.host()
        os.makedirs(root.at('srv'))
        os.rename(root.at(ML), root.at('srv/ml.xml'))
        root.link(ML, '/srv/ml.xml')
        self.cycle(root, *CHECKS)
        self.fixed(root, *CHECKS)
        self.assertEqual(os.readlink(root.at(ML)), '/srv/ml.xml')
        self.assertEqual(len(passed(read(root.at('srv/ml.xml')))), 2)

    def test_broken(self):
        """What is no definition is not changed."""
        for text in ('', '<domain', '<domain><name>ml</name><devices>', 'no XML at all', b'<domain>\xff</domain>'):
            with self.subTest(text=text):
                root = self.host(ml=text)
                before = self.tree(root)
                run = self.fix(root, *CHECKS)
                self.assertNotEqual(run.status, 0)
                self.assertEqual(differences(before, self.tree(root)), {})

    def test_passed_by_the_command_line(self):
        root = self.host(ml=definition().replace('</domain>', COMMAND_LINE + '</domain>'))
        before = self.tree(root)
        run = self.fix(root, *CHECKS)
        self.assertEqual(run.status, FAILED)
        self.assertEqual(differences(before, self.tree(root)), {})

    def test_name_of_a_file(self):
        """VMs may be called as people like it."""
        for name in ('web server', 'ml-2.1', 'größe', 'a&b'):
            with self.subTest(name=name):
                root = self.host(**{name: definition(name.replace('&', '&amp;'))})
                plan = self.cycle(root, *CHECKS)
                self.assertEqual(list(plan.diffs), ['%s/%s.xml' % (FOLDER, name)])

    @unittest.skipUnless(VALIDATE, 'no virt-xml-validate (Debian: libvirt-clients)')
    def test_libvirts_schema(self):
        root = self.host(conf='[gpu 0000:01:00.0]\nrom = off\n')
        subprocess.run([VALIDATE, root.at(ML), 'domain'], check=True, capture_output=True)
        self.fixed(root, *CHECKS)
        done = subprocess.run([VALIDATE, root.at(ML), 'domain'], check=False, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == '__main__':
    unittest.main()
