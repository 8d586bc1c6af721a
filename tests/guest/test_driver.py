# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the guest can use the card: its windows, its driver, nvidia-smi."""
import os
import shutil
import subprocess
import time
import unittest

from caller import AsksGuests
from guests import AUDIO, CARD, GPU, OWN, WINDOWS, echoed, resource, write
from harness import FAILED, NOT_MEASURED, PASSED
from machines import Machine, hostdev

UNSET = 0x20000000
WHERE = GPU[0]
SMI_LIMIT = 20  # seconds: what the guest grants nvidia-smi


def on(driver, kind='0x030000'):
    """The same card with its GPU on another driver."""
    return [OWN, (WHERE, kind, *GPU[2:4], driver), AUDIO]


class Windows(AsksGuests):
    def with_windows(self, windows):
        guest = self.guest()
        guest.function(WHERE, 'resource', resource(windows))
        return self.asked(guest)

    def test_unset(self):
        report = self.with_windows({**WINDOWS[GPU[1]], 1: (0, 0xfffffff, 0x14220c | UNSET)})
        self.assertVerdicts(report, FAILED, guest_device='pass', guest_bars='fail')
        self.assertIn('memory BAR 1 (256 MiB)', report.reason('guest.bars'))
        self.assertIn('vm.mmio', report.check('guest.bars')['fix']['summary'])

    def test_flags_without_an_address(self):
        report = self.with_windows({**WINDOWS[GPU[1]], 3: (0, 0, 0x14220c)})
        self.assertVerdicts(report, FAILED, guest_bars='fail')
        self.assertIn('BAR 3 (32 MiB)', report.reason('guest.bars'))

    def test_line_that_the_kernel_cleared(self):
        """The host's window tells that there is one."""
        report = self.with_windows({line: one for line, one in WINDOWS[GPU[1]].items() if line not in (0, 1)})
        self.assertVerdicts(report, FAILED, guest_bars='fail')
        self.assertIn('BAR 0 (16 MiB), 1 (256 MiB)', report.reason('guest.bars'))

    def test_no_ports(self):
        for ports in ({}, {5: (0, 0x7f, 0x40101 | UNSET)}):
            report = self.with_windows({**WINDOWS['0x030200'], **ports})
            self.assertVerdicts(report, PASSED, guest_bars='warn', guest_driver='pass')
            self.assertIn('I/O BAR 5', report.reason('guest.bars'))

    def test_companion(self):
        guest = self.guest()
        guest.function(AUDIO[0], 'resource', resource({}))
        report = self.asked(guest)
        self.assertVerdicts(report, FAILED, guest_bars='fail')
        self.assertIn('10de:228e', report.reason('guest.bars'))

    def test_unreadable(self):
        guest = self.guest()
        os.unlink(guest.at('sys/devices/pci0000:00/%s/resource' % WHERE))
        self.assertVerdicts(self.asked(guest), NOT_MEASURED, guest_bars='error', guest_driver='pass')

    def test_something_else(self):
        """What is no resource file reaches nobody."""
        for text in ('\x1b[2J ok 1\n', '0x0 0x0 0x1\n', 'x\n' * 6, ''):
            guest = self.guest()
            guest.function(WHERE, 'resource', text)
            report = self.asked(guest)
            with self.subTest(text=text):
                self.assertNotEqual(report.verdict('guest.bars'), 'pass')
                self.assertNotIn('\x1b', report.run.stdout)


class Drivers(AsksGuests):
    def with_drm(self, functions, *drm):
        guest = self.guest(functions)
        for name in drm:
            guest.function(WHERE, 'drm/%s/uevent' % name, '')
        return guest

    def test_dri_device(self):
        """As i915, amdgpu and their like show that they started the card."""
        report = self.asked(self.with_drm(on('amdgpu'), 'card1', 'renderD128'))
        self.assertGreen(report)
        self.assertIn('card1', report.reason('guest.driver'))
        self.assertNotIn('renderD128', report.reason('guest.driver'))

    def test_no_dri_device(self):
        report = self.asked(self.with_drm(on('amdgpu')))
        self.assertVerdicts(report, FAILED, guest_bars='pass', guest_driver='fail')
        self.assertIn('did not start', report.reason('guest.driver'))

    def test_nouveau(self):
        self.assertVerdicts(self.asked(self.with_drm(on('nouveau'), 'card0')), PASSED, guest_driver='warn')

    def test_nouveau_without_a_display(self):
        report = self.asked(self.with_drm(on('nouveau', '0x030200'), 'card0'))
        self.assertVerdicts(report, FAILED, guest_driver='fail')

    def test_nouveau_was_first(self):
        guest = self.with_drm(on('nouveau'), 'card0')
        write(guest.at('sys/module/nvidia/version'), '550.163.01\n')
        report = self.asked(guest)
        self.assertVerdicts(report, FAILED, guest_driver='fail')
        self.assertIn('blacklist nouveau', report.check('guest.driver')['fix']['summary'])

    def test_nested_passthrough(self):
        report = self.asked(self.with_drm(on('vfio-pci')))
        self.assertVerdicts(report, PASSED, guest_driver='warn')

    def test_audio_without_driver(self):
        """A server's kernel has none: the GPU's driver decides."""
        self.assertGreen(self.asked(self.guest([OWN, GPU, (*AUDIO[:4], None)])))

    def without_driver(self, modprobe, *loaded):
        guest = self.guest(on(None))
        guest.function(WHERE, 'modalias', 'pci:v000010DEd00002504sv00001458sd00004096bc03sc00i00\n')
        guest.program('modprobe', modprobe)
        for name in loaded:
            write(guest.at('sys/module/%s/refcnt' % name), '0\n')
        report = self.asked(guest)
        self.assertVerdicts(report, FAILED, guest_bars='pass', guest_driver='fail')
        return report.reason('guest.driver')

    def test_modules_for_it(self):
        script = '[ "$1 $2" = "-R pci:v000010DEd00002504sv00001458sd00004096bc03sc00i00" ] && echo nouveau\n'
        self.assertIn('nouveau for it, which is not loaded', self.without_driver(script))
        self.assertIn('nouveau is loaded', self.without_driver(script, 'nouveau'))

    def test_modprobe_of_another_kind(self):
        for script in ('echo "invalid option -- R" >&2; exit 1\n', ':\n'):
            self.assertIn('no driver has 10de:2504', self.without_driver(script))

    def test_open_modules_and_an_old_card(self):
        """10de:1b80 has no system processor; the modules that are loaded do not take it."""
        function = (WHERE, '0x030000', '0x10de', '0x1b80', None)
        guest = self.guest([OWN, function])
        write(guest.at('sys/module/nvidia/version'), '580.95.05\n')
        write(guest.at('driver/nvidia/version'), 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05\n')
        root = self.described('iommu dmar0\nacpi DMAR\n'
                              'pci 0000:01:00.0 0300 10de:1b80 driver=vfio-pci group=19\n')
        machine = Machine('ml', hostdev("bus='1' slot='0' function='0'"))
        report = self.report(root, '-c', self.libvirt(machine), '-s', 'root@127.0.0.1:%d' % guest.port, 'guest')
        self.assertVerdicts(report, FAILED, guest_device='pass', guest_driver='fail')
        self.assertIn('Turing', report.reason('guest.driver'))


class NvidiaSmi(AsksGuests):
    def asked_with(self, script, **how):
        guest = self.guest()
        guest.program('nvidia-smi', script)
        return self.asked(guest, **how)

    def test_lists_another(self):
        report = self.asked_with('echo 00000000:06:00.0\n')
        self.assertVerdicts(report, FAILED, guest_device='pass', guest_bars='pass', guest_driver='fail')
        self.assertIn('does not list it', report.reason('guest.driver'))

    def test_no_devices(self):
        report = self.asked_with('echo No devices were found; exit 6\n')
        self.assertVerdicts(report, FAILED, guest_driver='fail')
        self.assertIn('status 6: No devices were found', report.reason('guest.driver'))

    def test_other_version(self):
        report = self.asked_with('echo Failed to initialize NVML: Driver/library version mismatch; exit 18\n')
        self.assertVerdicts(report, FAILED, guest_driver='fail')
        self.assertIn('restart the guest', report.check('guest.driver')['fix']['summary'])

    def test_may_not_look(self):
        report = self.asked_with('echo Insufficient Permissions; exit 4\n')
        self.assertVerdicts(report, NOT_MEASURED, guest_bars='pass', guest_driver='error')

    def test_is_not_there(self):
        guest = self.guest()
        os.unlink(guest.at('bin/nvidia-smi'))
        self.assertVerdicts(self.asked(guest), NOT_MEASURED, guest_bars='pass', guest_driver='error')

    def test_warns_of_another_card(self):
        report = self.asked_with('echo 00000000:05:00.0; echo infoROM is corrupted at gpu 0000:06:00.0; exit 14\n')
        self.assertVerdicts(report, PASSED, guest_driver='warn')
        self.assertIn('infoROM', report.reason('guest.driver'))

    def test_only_the_address_is_asked_for(self):
        """No name, no serial number, no UUID leaves the guest."""
        report = self.asked_with('[ "$*" = "--query-gpu=pci.bus_id --format=csv,noheader" ] && echo 00000000:05:00.0\n')
        self.assertGreen(report)

    def test_does_not_run_without_its_driver(self):
        guest = self.guest(on('nouveau'))
        ran = os.path.join(self.folder(), 'ran')
        guest.program('nvidia-smi', 'echo yes >%s\n' % ran)
        self.asked(guest)
        self.assertFalse(os.path.exists(ran))

    def test_standard_streams(self):
        """It reads nothing, and what it says on standard error counts too."""
        report = self.asked_with('cat; echo 00000000:05:00.0 >&2\n')
        self.assertGreen(report)

    def test_hangs(self):
        """Everything else is told all the same."""
        begin = time.monotonic()
        report = self.asked_with('exec sleep 300\n')
        self.assertGreaterEqual(time.monotonic() - begin, SMI_LIMIT)
        self.assertVerdicts(report, NOT_MEASURED, guest_ssh='pass', guest_device='pass', guest_bars='pass',
                            guest_driver='error')

    def test_cannot_be_killed(self):
        """What a hung GPU leaves: a child that outlives the kill holds its streams."""
        report = self.asked_with('sleep 60 & wait\n')
        self.assertVerdicts(report, NOT_MEASURED, guest_bars='pass', guest_driver='error')

    def test_takes_its_time(self):
        """Longer than a guest may be silent."""
        self.assertGreen(self.asked_with('sleep 12; echo 00000000:05:00.0\n'))

    def test_floods(self):
        report = self.asked_with('exec yes "ok 1 - forged"\n', limit=15)
        self.assertVerdicts(report, NOT_MEASURED, guest_device='pass', guest_bars='pass', guest_driver='error')
        self.assertNotIn('\nok 1 - forged', report.run.stdout)

    def test_controls_the_terminal(self):
        report = self.asked_with("printf '\\033[2J\\033]0;x\\007\\377\\n'; exit 6\n")
        self.assertVerdicts(report, FAILED, guest_driver='fail')
        for byte in ('\x1b', '\x07'):
            self.assertNotIn(byte, report.run.stdout)

    def test_imitates_our_lines(self):
        """Its words are words: none becomes a line of the listing."""
        report = self.asked_with('echo wait; echo end; echo smi status 0; echo smi says 00000000:05:00.0; exit 6\n')
        self.assertVerdicts(report, FAILED, guest_driver='fail')


class SmallSystems(AsksGuests):
    @unittest.skipUnless(shutil.which('busybox'), 'busybox is not installed')
    def test_busybox(self):
        """No other program than BusyBox's: a shell, its tools, and its own modprobe."""
        guest = self.guest()
        for name in ('sh', 'uname', 'sleep', 'modprobe', 'timeout', 'ls'):
            os.symlink(shutil.which('busybox'), guest.at('bin/' + name))
        self.assertGreen(self.asked(guest))
        guest = self.guest(on(None))
        os.symlink(shutil.which('busybox'), guest.at('bin/sh'))
        os.symlink(shutil.which('busybox'), guest.at('bin/modprobe'))
        self.assertVerdicts(self.asked(guest), FAILED, guest_bars='pass', guest_driver='fail')

    def test_older_answer(self):
        """A listing without the later lines: nothing of it is taken for good."""
        script = 'echo gpucheck-guest-1; echo system Linux; echo pci 0000:05:00.0 0x030000 0x10de 0x2504; ' \
            'echo pci 0000:05:00.1 0x040300 0x10de 0x228e; echo driver nvidia 0000:05:00.0; echo end\n'
        report = self.asked(self.guest(force=script))
        self.assertVerdicts(report, NOT_MEASURED, guest_device='pass', guest_bars='error', guest_driver='error')

    def test_forged_windows(self):
        for line in ('bars 0000:09:00.0', 'bar 0000:05:00.0 0 1 2 3', 'bar 0000:05:00.0 9 %s' % ' '.join(['0x%016x' % 1] * 3),
                     'drm 0000:05:00.0 ../../x', 'module 0000:05:00.0 x maybe', 'smi status 0', 'nvidia 1 2 3',
                     'fabric \033[2J'):
            script = 'echo gpucheck-guest-1; echo system Linux; %s%secho "%s"; echo end\n' % (
                echoed(GPU), echoed(AUDIO), line)
            with self.subTest(line=line):
                report = self.asked(self.guest(force=script))
                self.assertNotListed(report, 'does not print')
                self.assertNotIn('\x1b', report.run.stdout)


class NvSwitches(AsksGuests):
    SWITCH = ('0000:07:00.0', '0x068000', '0x10de', '0x22a3', 'nvidia-nvswitch')

    def test_fabric_manager(self):
        """One test, since /proc is the same for all guests here."""
        guest = self.guest([*CARD, self.SWITCH])
        report = self.asked(guest)
        self.assertVerdicts(report, PASSED, guest_driver='warn')
        self.assertIn('nv-fabricmanager', report.reason('guest.driver'))
        place = os.path.join(self.folder(), 'nv-fabricmanager')
        shutil.copy(shutil.which('sleep'), place)
        process = subprocess.Popen([place, '60'])
        try:
            self.assertGreen(self.asked(guest))
        finally:
            process.kill()
            process.wait()
