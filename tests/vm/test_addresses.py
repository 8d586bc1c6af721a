# SPDX-License-Identifier: GPL-2.0-or-later
"""The card's address in every form that XML may give it."""

from harness import FAILED, PASSED
from machines import Machine, VirtualMachines, hostdev

# A card whose numbers differ in every base: domain 0x0000, bus 0xab = 171 = 0253, slot 0x0a = 10 = 012.
HOST = '''iommu dmar0
acpi DMAR
pci 0000:00:02.0 0300 8086:a780 driver=i915 group=1 boot_vga=1
pci 0000:ab:0a.0 0300 10de:2504 driver=vfio-pci group=19 boot_vga=0
pci 0000:ab:0a.1 0403 10de:228e driver=vfio-pci group=19
'''
FORMS = {
    'hexadecimal': "domain='0x0000' bus='0xab' slot='0x0a' function='0x%d'",
    'decimal': "domain='0' bus='171' slot='10' function='%d'",
    'octal': "domain='00' bus='0253' slot='012' function='0%d'",
    'upper case': "domain='0X0000' bus='0XAB' slot='0X0A' function='0X%d'",
    'mixed': "domain='0' bus='0xAb' slot='012' function='%d'",
    'other order': "function='%d' slot='10' bus='0xab' domain='0'",
    'no domain': "bus='0xab' slot='0x0a' function='%d'",
    'a type besides': "type='pci' domain='0' bus='0xab' slot='0x0a' function='%d'",
    'multifunction besides': "domain='0' bus='0xab' slot='0x0a' function='%d' multifunction='on'",
}
OTHERS = {
    'decimal that reads like hexadecimal': "domain='0' bus='0xab' slot='0x10' function='0'",
    'octal that reads like decimal': "domain='0' bus='171' slot='010' function='0'",
    'other domain': "domain='1' bus='0xab' slot='10' function='0'",
    'other function': "domain='0' bus='0xab' slot='10' function='2'",
    'other bus': "domain='0' bus='0xba' slot='10' function='0'",
}


class Addresses(VirtualMachines):
    def root(self, name=HOST):
        return self.described(name)

    def test_forms_of_the_source(self):
        for name, form in FORMS.items():
            devices = hostdev(form % 0) + hostdev(form % 1)
            for report in self.both([Machine('ml', devices)]):
                with self.subTest(form=name):
                    self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='pass')

    def test_other_addresses(self):
        for name, form in OTHERS.items():
            for report in self.both([Machine('ml', hostdev(form))]):
                with self.subTest(form=name):
                    self.assertVerdicts(report, FAILED, vm_hostdev='fail', vm_functions='skip')

    def test_guest_address_is_not_the_source(self):
        """The address in the guest stands beside <source>, before or behind it, and says nothing of the host."""
        inside = "<address type='pci' domain='0x0000' bus='0xab' slot='0x0a' function='0x0'/>"
        other = "<address domain='0' bus='5' slot='0' function='0'/>"
        for source in ("%s<source>%s</source>" % (inside, other), "<source>%s</source>%s" % (other, inside)):
            devices = "<hostdev mode='subsystem' type='pci' managed='yes'>%s</hostdev>" % source
            for report in self.both([Machine('ml', devices)]):
                self.assertVerdicts(report, FAILED, vm_hostdev='fail')

    def test_guest_address_before_the_source(self):
        devices = ''.join("<hostdev type='pci' mode='subsystem'><address type='pci' domain='0' bus='5' slot='0' "
                          "function='%d'/><source><address %s/></source></hostdev>" % (n, FORMS['decimal'] % n)
                          for n in (0, 1))
        for report in self.both([Machine('ml', devices)]):
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='pass')


class WideDomains(VirtualMachines):
    def test_domain_of_five_digits(self):
        root = self.root('h200-in-domain-10000')
        for digits, verdict in (('0x10000', 'pass'), ('65536', 'pass'), ('0x0000', 'fail'), ('0x1000', 'fail')):
            source = "domain='%s' bus='0xe1' slot='0x00' function='0x0'" % digits
            uri = self.libvirt(Machine('ml', hostdev(source)))
            report = self.report(root, '--gpu', '10000:e1:00.0', '--connect', uri, 'vm.hostdev')
            self.assertEqual(report.verdict('vm.hostdev'), verdict, digits)


class NumbersThatAreNone(VirtualMachines):
    def test_bad_numbers(self):
        """libvirt would not have saved them: such a hostdev is no source, and nothing of it ends up at another."""
        for bus in ('', 'x', '0x', '-255', '256', '0x101', '1 ', '99999999999999999999', '1.0'):
            root = self.recorded(Machine('ml', hostdev("domain='0' bus='%s' slot='0' function='0'" % bus)))
            with self.subTest(bus=bus):
                self.assertNotIn(self.report(root, 'vm').verdict('vm.hostdev'), ('pass', 'warn'))
