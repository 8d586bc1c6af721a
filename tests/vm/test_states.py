# SPDX-License-Identifier: GPL-2.0-or-later
"""Running, off and in between; what runs against what is saved."""

from harness import FAILED, PASSED
from machines import AUDIO_SOURCE, CARD, GPU_SOURCE, LIVE, Machine, VirtualMachines, domain, hostdev


class States(VirtualMachines):
    def test_off(self):
        for report in self.both([Machine('ml', CARD, 'off')]):
            self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_functions='pass', vm_pending='pass',
                                vm_running='fail')
            self.assertIn('virsh start ml', report.check('vm.running')['fix']['summary'])
            self.assertEqual(report.check('vm.running')['fix']['command'],
                             'gpucheck --fix --allow-disruption --vm=ml vm.running')
            self.assertEqual(report.check('vm.running')['fix']['kind'], 'disruptive')

    def test_neither_running_nor_off(self):
        for state, verb in (('paused', 'resume'), ('suspended', 'dompmwakeup')):
            for report in self.both([Machine('ml', CARD, state)]):
                self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_pending='pass', vm_running='fail')
                self.assertIn('virsh %s ml' % verb, report.check('vm.running')['fix']['summary'])

    def test_crashed(self):
        report = self.by_libvirt([Machine('ml', CARD, 'crashed')])
        self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_running='fail')
        self.assertIn('crashed', report.reason('vm.running'))

    def test_guest_waits_for_the_vm(self):
        for report in self.both([Machine('ml', CARD, 'off')], '--guest', 'root@127.0.0.1:9', 'vm', 'guest'):
            self.assertVerdicts(report, FAILED, vm_running='fail', guest_ssh='skip', guest_device='skip')

    def test_state_of_a_file_without_a_state(self):
        """A bare <domain> below run/libvirt/qemu, as older libvirts wrote: it runs."""
        root = self.recorded(Machine('ml', CARD, 'off'))
        root.write(LIVE % 'ml', domain(Machine('ml', CARD), CARD))
        self.assertEqual(self.report(root, 'vm').verdict('vm.running'), 'pass')


class Pending(VirtualMachines):
    def difference(self, saved, live):
        return self.by_files([Machine('ml', saved, live=live)])

    def test_added_and_not_restarted(self):
        report = self.difference(CARD, '')
        self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_functions='pass', vm_pending='fail',
                            vm_running='pass')
        self.assertIn('0000:01:00.0', report.reason('vm.pending'))
        fix = report.check('vm.pending')['fix']
        self.assertEqual(fix['kind'], 'disruptive')
        self.assertNotIn('reboot', fix['command'])

    def test_one_of_two_added(self):
        report = self.difference(CARD, hostdev(GPU_SOURCE))
        self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_pending='fail')
        self.assertIn('0000:01:00.1', report.reason('vm.pending'))
        self.assertNotIn('0000:01:00.0', report.reason('vm.pending'))

    def test_attached_and_not_saved(self):
        report = self.difference('', CARD)
        self.assertVerdicts(report, FAILED, vm_hostdev='fail', vm_pending='skip')
        self.assertIn('next start', report.reason('vm.hostdev'))

    def test_audio_attached_and_not_saved(self):
        report = self.difference(hostdev(GPU_SOURCE), CARD)
        self.assertVerdicts(report, FAILED, vm_functions='warn', vm_pending='fail')

    def test_order_and_writing_do_not_matter(self):
        live = (hostdev(AUDIO_SOURCE, "<address type='pci' domain='0' bus='6' slot='0' function='0'/>")
                + hostdev("bus='1' slot='0' function='0'", "<alias name='hostdev0'/>", "type='pci'"))
        self.assertVerdicts(self.difference(CARD, live), PASSED, vm_hostdev='pass', vm_pending='pass')

    def test_places_in_the_guest(self):
        """Another address is none that matters; one that the guest cannot see is."""
        place = "<address type='pci' domain='0' bus='%d' slot='0' function='%d'/>"
        saved = hostdev(GPU_SOURCE, place % (5, 0)) + hostdev(AUDIO_SOURCE, place % (6, 0))
        audio = hostdev(AUDIO_SOURCE, place % (6, 0))
        self.assertVerdicts(self.difference(saved, hostdev(GPU_SOURCE, place % (7, 0)) + audio), PASSED,
                            vm_address='pass', vm_pending='pass')
        for inside in ("<address type='unassigned'/>", place % (6, 0)):
            report = self.difference(saved, hostdev(GPU_SOURCE, inside) + audio)
            self.assertVerdicts(report, FAILED, vm_address='pass', vm_pending='fail')
            self.assertIn('0000:01:00.0', report.reason('vm.pending'))
            self.assertEqual(report.check('vm.pending')['fix']['kind'], 'disruptive')
        unseen = hostdev(GPU_SOURCE, "<address type='unassigned'/>") + audio
        self.assertVerdicts(self.difference(unseen, unseen), FAILED, vm_address='fail', vm_pending='pass')

    def test_managed_save(self):
        for report in self.both([Machine('ml', CARD, 'off', managed_save=True)]):
            self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_pending='fail', vm_running='fail')
            self.assertEqual(report.check('vm.pending')['fix']['command'], 'virsh managedsave-remove ml')

    def test_managed_save_of_another(self):
        for report in self.both([Machine('ml', CARD), Machine('x', '', 'off', managed_save=True)]):
            self.assertVerdicts(report, PASSED, vm_pending='pass')

    def test_transient(self):
        for report in self.both([Machine('ml', CARD, transient=True)]):
            self.assertVerdicts(report, PASSED, vm_hostdev='warn', vm_functions='pass', vm_pending='pass',
                                vm_running='pass')
            self.assertIn('transient', report.reason('vm.hostdev'))

    def test_transient_without_the_card(self):
        for report in self.both([Machine('ml', '', transient=True)]):
            self.assertVerdicts(report, FAILED, vm_hostdev='fail')
