# SPDX-License-Identifier: GPL-2.0-or-later
"""What QEMU's log says of a VM that is off, and what a silent one's definition says of its display."""
import json

from harness import FAILED, NOT_MEASURED
from machines import AUDIO_SOURCE, CARD, GPU_SOURCE, Machine, VirtualMachines, hostdev

LOG = 'var/log/libvirt/qemu/%s.log'
STARTED = '2026-11-22 14:58:20.541+0000: starting up libvirt version: 9.0.0, qemu version: 7.2.22, hostname: vm\n'
QEMU = '2026-11-22T14:58:20.725600Z qemu-system-x86_64: -device {"driver":"vfio-pci"}: vfio 0000:01:00.0: '
NOT_VIABLE = QEMU + 'group 19 is not viable\n'
ENDED = '2026-11-22 14:58:20.735+0000: shutting down, reason=%s\n'
OFF = Machine('ml', CARD, 'off')
EMULATED = "<video><model type='virtio'/></video>"


class LastStart(VirtualMachines):
    def running(self, root, *arguments):
        """The check, whose verdict the log never changes."""
        report = self.report(root, *arguments, 'vm')
        self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_pending='pass', vm_running='fail')
        return report.check('vm.running')

    def with_log(self, content, machine=OFF):
        root = self.recorded(machine)
        root.write(LOG % machine.name, content)
        return root

    def test_failed_for_a_known_reason(self):
        check = self.running(self.with_log(STARTED + NOT_VIABLE + ENDED % 'failed'))
        self.assertRegex(check['reason'], '^VM ml is off, and its last start failed: .*iommu.isolated')
        shown = {one['value'] for one in check['evidence'] if one['source'] == '/' + LOG % 'ml'}
        self.assertEqual(shown, {'started 2026-11-22 14:58:20.541+0000, shutting down, reason=failed',
                                 NOT_VIABLE.strip()})

    def test_crashed(self):
        check = self.running(self.with_log(STARTED + QEMU + 'VFIO_MAP_DMA failed: Cannot allocate memory\n'
                                           + ENDED % 'crashed'))
        self.assertRegex(check['reason'], 'its last run crashed: .*vm.memory')

    def test_failed_for_an_unknown_reason(self):
        check = self.running(self.with_log(STARTED + 'qemu: something new\n' + ENDED % 'failed'))
        self.assertEqual(check['reason'], 'VM ml is off, and its last start failed')

    def test_nothing_to_tell(self):
        """An ordinary end, a run that is not over, an earlier failure, no file, an empty one."""
        for content in (STARTED + NOT_VIABLE + ENDED % 'shutdown', STARTED + NOT_VIABLE, '', 'words\n', b'\0' * 5000,
                        STARTED + NOT_VIABLE + ENDED % 'failed' + STARTED + ENDED % 'destroyed'):
            with self.subTest(content=content[-200:]):
                check = self.running(self.with_log(content))
                self.assertEqual(check['reason'], 'VM ml is off')
        self.assertEqual(self.running(self.recorded(OFF))['reason'], 'VM ml is off')

    def test_only_the_end_is_read(self):
        failed = STARTED + NOT_VIABLE + ENDED % 'failed'
        check = self.running(self.with_log('x' * (20 << 20) + '\n' + failed))
        self.assertIn('iommu.isolated', check['reason'])
        check = self.running(self.with_log(failed + 'x\n' * (64 << 10)))
        self.assertEqual(check['reason'], 'VM ml is off')

    def test_after_a_loss_of_power(self):
        check = self.running(self.with_log(b'\0' * 9000 + (STARTED + NOT_VIABLE).encode() + b'\0\0\n'
                                           + (ENDED % 'failed').encode()))
        self.assertIn('iommu.isolated', check['reason'])

    def test_what_cannot_be_read_changes_nothing(self):
        for spoil in ('loop', 'fifo'):
            root = self.recorded(OFF)
            getattr(root, spoil)(LOG % 'ml')
            self.assertEqual(self.running(root)['reason'], 'VM ml is off')
        root = self.recorded(OFF)
        root.write(LOG % 'ml' + '/file', '')
        self.assertEqual(self.running(root)['reason'], 'VM ml is off')
        root = self.with_log(STARTED + NOT_VIABLE + ENDED % 'failed')
        root.link(LOG % 'ml', '../../../../../../../../etc/passwd')
        self.assertEqual(self.running(root)['reason'], 'VM ml is off')

    def test_another_libvirt_has_its_logs_elsewhere(self):
        root = self.root()
        root.write(LOG % 'ml', STARTED + NOT_VIABLE + ENDED % 'failed')
        self.assertEqual(self.running(root, '--connect', self.libvirt(OFF))['reason'], 'VM ml is off')

    def test_the_log_of_a_vm_with_a_process_is_left_alone(self):
        for state, verdict in (('running', 'pass'), ('paused', 'fail')):
            root = self.with_log(STARTED + NOT_VIABLE + ENDED % 'failed', Machine('ml', CARD, state))
            check = self.report(root, 'vm').check('vm.running')
            self.assertEqual((check['verdict'], len(check['evidence'])), (verdict, 1))

    def test_words_of_the_log_forge_nothing(self):
        line = QEMU + 'group 19 is not viable \x1b[2J\r# ok 1 \xff\n'
        root = self.with_log((STARTED + line + ENDED % 'failed').encode('latin-1'))
        self.assertIn('iommu.isolated', self.running(root)['reason'])
        run = self.gpucheck('--root', root.folder, '--format', 'tap', 'vm')
        self.assertNotIn('\x1b', run.stdout)
        self.assertNotIn('\r', run.stdout)

    def test_a_long_line_is_shown_by_its_end(self):
        check = self.running(self.with_log(STARTED + 'x' * 9000 + NOT_VIABLE + ENDED % 'failed'))
        self.assertTrue(check['evidence'][-1]['value'].endswith('group 19 is not viable'))
        self.assertLess(len(check['evidence'][-1]['value']), 500)


class Silent(VirtualMachines):
    """The hint at the option ROM."""

    def hint(self, devices, state='no-address'):
        root = self.recorded(Machine('ml', devices))
        root.write('gpucheck/guests/ml.json', json.dumps(
            {'state': state, 'target': None, 'text': 'no answer', 'command': None, 'system': None}))
        check = self.report(root, 'guest.ssh').check('guest.ssh')
        told = [one['value'] for one in check['evidence'] if one['source'] == 'virsh dumpxml ml']
        hinted = 'rom bar' in (check['fix'] or {'summary': ''})['summary']
        self.assertEqual(len(told), hinted)
        return check['verdict'], hinted

    def test_the_card_is_the_only_display(self):
        for state in ('no-address', 'unreachable'):
            for video in ('', "<video><model type='none'/></video>"):
                self.assertEqual(self.hint(CARD + video, state), ('error', True))

    def test_something_else_is_the_reason(self):
        audio = hostdev(AUDIO_SOURCE)
        for devices in (CARD + EMULATED, EMULATED + CARD, hostdev(GPU_SOURCE, "<rom bar='off'/>") + audio,
                        hostdev(GPU_SOURCE, "<rom enabled='no'/>") + audio):
            with self.subTest(devices=devices):
                self.assertEqual(self.hint(devices), ('error', False))
        self.assertEqual(self.hint(CARD, 'login-refused'), ('fail', False))
        self.assertEqual(self.hint(hostdev(GPU_SOURCE) + hostdev(AUDIO_SOURCE, "<rom bar='off'/>")), ('error', True))
        self.assertEqual(self.hint(hostdev(GPU_SOURCE, "<rom file='/rom'/>") + audio), ('error', True))

    def test_by_libvirt(self):
        """libvirt's own test driver has no addresses to tell."""
        report = self.by_libvirt([Machine('ml', CARD)], 'guest.ssh')
        self.assertVerdicts(report, NOT_MEASURED, guest_ssh='error')
        self.assertIn('rom bar', report.check('guest.ssh')['fix']['summary'])
