# SPDX-License-Identifier: GPL-2.0-or-later
"""Which devices of a definition pass the card, and which only look like it."""

from harness import FAILED, PASSED
from machines import AUDIO_SOURCE, CARD, GPU_SOURCE, Machine, VirtualMachines, hostdev, SAVED

USB = "<hostdev mode='subsystem' type='usb'><source><address bus='1' device='3'/></source></hostdev>"
SCSI = ("<controller type='scsi' model='virtio-scsi'/><hostdev mode='subsystem' type='scsi'><source>"
        "<adapter name='scsi_host0'/><address bus='0' target='0' unit='0'/></source></hostdev>")
MDEV = ("<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>"
        "<address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>")
INTERFACE = ("<interface type='hostdev' managed='yes'><mac address='52:54:00:00:00:01'/>"
             "<source><address type='pci' %s/></source></interface>")
QEMU = "<%(p)s:commandline xmlns:%(p)s='http://libvirt.org/schemas/domain/qemu/1.0'>%(args)s</%(p)s:commandline>"
ARGUMENT = "<%s:arg value='%s'/>"


class Devices(VirtualMachines):
    def test_whole_card(self):
        for report in self.both([Machine('ml', CARD)]):
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='pass', vm_conflict='pass',
                                vm_pending='pass', vm_running='pass')
            self.assertEqual({one['vm'] for one in report.checks}, {'ml'})

    def test_attributes_left_out(self):
        for attributes in ("type='pci'", "type='pci' managed='yes'", "managed='yes' type='pci' mode='subsystem'",
                           "type='pci' mode='subsystem'"):
            devices = ''.join(hostdev(source, attributes=attributes) for source in (GPU_SOURCE, AUDIO_SOURCE))
            for report in self.both([Machine('ml', devices)]):
                with self.subTest(attributes=attributes):
                    self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='pass')
                    self.assertEqual("managed='no'" in report.reason('vm.hostdev'), 'managed' not in attributes)

    def test_others_beside_the_card(self):
        for report in self.both([Machine('ml', USB + SCSI + MDEV + CARD + "<memballoon model='none'/>")]):
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='pass')

    def test_others_instead_of_the_card(self):
        for devices in ('', USB, SCSI, MDEV, USB + SCSI + MDEV):
            for report in self.both([Machine('ml', devices)]):
                self.assertVerdicts(report, FAILED, vm_hostdev='fail', vm_functions='skip', vm_running='skip')
                self.assertIn('VM ml does not pass', report.reason('vm.hostdev'))

    def test_fix_names_what_is_missing(self):
        for report in self.both([Machine('ml', '')]):
            fix = report.check('vm.hostdev')['fix']
            self.assertIn("bus='0x01' slot='0x00' function='0x0'", fix['summary'])
            self.assertIn("bus='0x01' slot='0x00' function='0x1'", fix['summary'])
            self.assertEqual(fix['command'], 'gpucheck --fix --vm=ml vm.hostdev')

    def test_interface_is_a_source(self):
        for report in self.both([Machine('ml', INTERFACE % GPU_SOURCE + hostdev(AUDIO_SOURCE))]):
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='pass')

    def test_plain_interface_is_none(self):
        plain = "<interface type='bridge'><source bridge='br0'><address type='pci' %s/></source></interface>"
        report = self.by_files([Machine('ml', plain % GPU_SOURCE)])
        self.assertVerdicts(report, FAILED, vm_hostdev='fail')

    def test_gpu_without_its_audio(self):
        for report in self.both([Machine('ml', hostdev(GPU_SOURCE))]):
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='warn')
            self.assertIn('0000:01:00.1', report.reason('vm.functions'))
            self.assertNotIn("function='0x0'", report.check('vm.functions')['fix']['summary'])

    def test_gpu_without_its_audio_strictly(self):
        for report in self.both([Machine('ml', hostdev(GPU_SOURCE))], '--strict', 'vm'):
            self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_functions='warn')

    def test_audio_without_its_gpu(self):
        for report in self.both([Machine('ml', hostdev(AUDIO_SOURCE))]):
            self.assertVerdicts(report, FAILED, vm_hostdev='fail')

    def test_addresses_that_moved(self):
        """A source is an address only: the report says what is there now."""
        for devices, word in ((hostdev("bus='2' slot='0'"), 'it passes 0000:02:00.0, where no device is)'),
                              (hostdev("bus='0' slot='0x1f' function='3'"), 'it passes 0000:00:1f.3'),
                              (hostdev("bus='2' slot='0'") * 5, 'and 2 more)')):
            report = self.by_files([Machine('ml', devices)])
            self.assertVerdicts(report, FAILED, vm_hostdev='fail')
            self.assertIn(word, report.reason('vm.hostdev'))
        report = self.by_files([Machine('ml', CARD + hostdev("bus='2' slot='0'"))])
        self.assertVerdicts(report, PASSED, vm_hostdev='warn', vm_functions='pass')
        self.assertIn('0000:02:00.0', report.reason('vm.hostdev'))
        self.assertEqual(report.check('vm.hostdev')['fix']['kind'], 'manual')
        report = self.by_files([Machine('ml', CARD + hostdev("bus='0' slot='0x1f' function='3'"))])
        self.assertVerdicts(report, PASSED, vm_hostdev='pass')

    def test_outside_of_devices(self):
        """A hostdev in a comment, in metadata or below another element passes nothing."""
        for text in ('<!-- %s -->', '<nested>%s</nested>', '<![CDATA[%s]]>', "<x xmlns='urn:x'>%s</x>"):
            report = self.by_files([Machine('ml', text % CARD)])
            self.assertVerdicts(report, FAILED, vm_hostdev='fail')
        root = self.recorded(Machine('ml', ''))
        root.write(SAVED % 'ml', '<domain><name>ml</name><metadata><devices>%s</devices></metadata></domain>' % CARD)
        self.assertEqual(self.report(root, 'vm').verdict('vm.hostdev'), 'fail')


class CommandLineOfQemu(VirtualMachines):
    def definition(self, prefix, *arguments, devices=''):
        args = ''.join(ARGUMENT % (prefix, one) for one in arguments)
        return ('<domain><name>ml</name><devices>%s</devices>%s</domain>'
                % (devices, QEMU % {'p': prefix, 'args': args}))

    def report_of(self, text):
        root = self.recorded(Machine('ml', '', 'off'))
        root.write(SAVED % 'ml', text)
        return self.report(root, 'vm')

    def test_card_on_the_command_line(self):
        for value in ('vfio-pci,host=01:00.0', 'vfio-pci,host=0000:01:00.0,multifunction=on',
                      'vfio-pci,id=gpu,host=0000:01:00.0', 'vfio-pci,x-vga=on,host=01:00.0',
                      'vfio-pci,sysfsdev=/sys/bus/pci/devices/0000:01:00.0',
                      '{&quot;driver&quot;:&quot;vfio-pci&quot;,&quot;host&quot;:&quot;0000:01:00.0&quot;}',
                      '{ &quot;host&quot;: &quot;01:00.0&quot;, &quot;driver&quot; : &quot;vfio-pci&quot; }',
                      '{&quot;driver&quot;: &quot;vfio-pci-nohotplug&quot;,'
                      '&quot;sysfsdev&quot;: &quot;/sys/bus/pci/devices/0000:01:00.0&quot;}',
                      'driver=vfio-pci,host=01:00.0', 'vfio-pci-nohotplug,host=01:00.0'):
            for prefix in ('qemu', 'q'):
                report = self.report_of(self.definition(prefix, '-device', value))
                with self.subTest(value=value, prefix=prefix):
                    self.assertVerdicts(report, FAILED, vm_hostdev='fail', vm_functions='skip')
                    self.assertIn('qemu:commandline', report.reason('vm.hostdev'))

    def test_others_on_the_command_line(self):
        for value in ('vfio-pci,host=02:00.0', 'vfio-pci', 'e1000,netdev=host=01:00.0', 'vfio-pci,host=', '', '{',
                      '{&quot;driver&quot;:&quot;e1000&quot;,&quot;host&quot;:&quot;01:00.0&quot;}',
                      '{&quot;driver&quot;:5}'):
            report = self.report_of(self.definition('qemu', '-device', value))
            with self.subTest(value=value):
                self.assertVerdicts(report, FAILED, vm_hostdev='fail')
                self.assertNotIn('qemu:commandline', report.reason('vm.hostdev'))

    def test_card_there_and_as_hostdev(self):
        report = self.report_of(self.definition('qemu', '-device', 'vfio-pci,host=02:00.0', devices=CARD))
        self.assertEqual(report.verdict('vm.hostdev'), 'pass')
