# SPDX-License-Identifier: GPL-2.0-or-later
"""What guests answer: their own /sys, whatever else their shells say, and what is meant to harm."""

from caller import AsksGuests
from guests import AUDIO, CARD, GPU, OWN, echoed
from harness import FAILED
from machines import AUDIO_SOURCE, GPU_SOURCE, Machine, hostdev

GREETING = 'echo gpucheck-guest-1; echo system Linux\n'
PCI = echoed(GPU) + echoed(AUDIO) + '\n'


def others(count):
    return [('%04x:%02x:%02x.%d' % (1 + n // 65536, n // 256 % 256, n // 8 % 32, n % 8), '0x020000', '0x1af4', '0x1041',
             'virtio-pci' if n % 2 else None) for n in range(count)]


class Bus(AsksGuests):
    def test_other_places_and_no_driver(self):
        guest = self.guest([OWN, ('0000:00:05.0', *GPU[1:4], None), ('0000:00:06.0', *AUDIO[1:])])
        report = self.asked(guest)
        self.assertVerdicts(report, FAILED, guest_device='pass', guest_bars='pass', guest_driver='fail')
        self.assertIn('no driver', report.reason('guest.device'))

    def test_one_of_two_functions(self):
        for there, missing in ((GPU, '10de:228e'), (AUDIO, '10de:2504')):
            report = self.asked(self.guest([OWN, there]))
            self.assertVerdicts(report, FAILED, guest_ssh='pass', guest_device='fail')
            self.assertIn(missing, report.reason('guest.device'))

    def test_no_function(self):
        report = self.asked(self.guest([OWN]))
        self.assertVerdicts(report, FAILED, guest_ssh='pass', guest_device='fail')

    def test_lookalikes(self):
        """The other vendor's 2504, another device of the vendor, the ids swapped."""
        for vendor, device in (('0x1002', '0x2504'), ('0x10de', '0x2505'), ('0x2504', '0x10de')):
            guest = self.guest([('0000:01:00.0', GPU[1], vendor, device, None), AUDIO])
            self.assertVerdicts(self.asked(guest), FAILED, guest_device='fail')

    def test_audio_was_not_passed(self):
        guest = self.guest([OWN, GPU])
        self.assertVerdicts(self.asked(guest, devices=hostdev(GPU_SOURCE)), 0, guest_device='pass')

    def test_unassigned(self):
        """Passed, and invisible in the guest."""
        hidden = ''.join(hostdev(one, "<address type='unassigned'/>") for one in (GPU_SOURCE, AUDIO_SOURCE))
        self.assertVerdicts(self.asked(self.guest([OWN]), devices=hidden), FAILED, guest_device='fail')

    def test_thousands_of_devices(self):
        self.assertGreen(self.asked(self.guest([*others(5000), *CARD])))

    def test_empty_bus(self):
        self.assertVerdicts(self.asked(self.guest([])), FAILED, guest_ssh='pass', guest_device='fail')

    def test_no_sys(self):
        self.assertNotListed(self.asked(self.guest(None)), 'no PCI bus')

    def test_only_the_saved_definition_has_it(self):
        """The running VM was handed nothing: vm.pending says so, and the guest shows nothing."""
        guest = self.guest([OWN])
        root = self.recorded(Machine('ml', hostdev(GPU_SOURCE), live=''))
        report = self.report(root, '--guest', 'root@127.0.0.1:%d' % guest.port, 'vm.pending', 'guest')
        self.assertVerdicts(report, FAILED, vm_pending='fail', guest_device='fail')


class Twins(AsksGuests):
    """Two cards of one id in one VM: the guest must show two."""

    def asked_about(self, count):
        one = ('0x030000', '0x10de', '0x1ff2', None)
        guest = self.guest([('0000:%02x:00.0' % (5 + n), *one) for n in range(count)])
        root = self.root('t400-twins-other-card-wanted')
        devices = hostdev("bus='0x17' slot='0' function='0'") + hostdev("bus='0x65' slot='0' function='0'")
        arguments = ('-g', '0000:17:00.0', '-g', '0000:65:00.0', '-s', 'root@127.0.0.1:%d' % guest.port, 'guest')
        return self.report(root, '-c', self.libvirt(Machine('ml', devices)), *arguments)

    def test_two(self):
        report = self.asked_about(2)
        self.assertEqual([one['verdict'] for one in report.checks if one['id'] == 'guest.device'], ['pass'] * 2)

    def test_one(self):
        report = self.asked_about(1)
        self.assertEqual([one['verdict'] for one in report.checks if one['id'] == 'guest.device'], ['fail'] * 2)
        self.assertIn('1 of the 2', report.reason('guest.device', '0000:17:00.0'))


class Shells(AsksGuests):
    def test_profile_that_speaks(self):
        for text in ('echo Welcome to ml; echo ok 1 - forged', "printf 'no newline\\n'", 'echo on stderr >&2',
                     "printf '\\033[31mred\\033[0m\\n\\377\\n'", 'echo system FreeBSD; echo pci x', 'cd /tmp; set +e'):
            with self.subTest(text=text):
                report = self.asked(self.guest(profile=text + '\n'))
                self.assertGreen(report)
                self.assertNotIn('Welcome', report.run.stdout)

    def test_shells_that_say_nothing(self):
        for shell in ('/bin/false', '/usr/sbin/nologin', '/nonexistent'):
            report = self.asked(self.guest(shell=shell))
            with self.subTest(shell=shell):
                self.assertNotEqual(report.verdict('guest.device'), 'pass')
                self.assertNotEqual(report.run.status, 0)

    def test_other_login_shells(self):
        for shell in ('/bin/sh', '/bin/dash', '/bin/bash'):
            with self.subTest(shell=shell):
                self.assertGreen(self.asked(self.guest(shell=shell)))

    def test_no_posix_shell(self):
        for shell in ('/usr/bin/python3', '/usr/bin/perl'):
            with self.subTest(shell=shell):
                self.assertNotListed(self.asked(self.guest(shell=shell)), 'POSIX shell')

    def test_windows(self):
        force = "echo \"'exec' is not recognized as an internal or external command,\"; exit 1\n"
        self.assertNotListed(self.asked(self.guest(force=force)), 'POSIX shell')

    def test_freebsd(self):
        guest = self.guest(None)
        with open(guest.at('home/uname'), 'w', encoding='ascii') as f:
            f.write('#!/bin/sh\necho FreeBSD\n')
        with open(guest.at('home/.bashrc'), 'w', encoding='ascii') as f:
            f.write('chmod +x ~/uname; PATH=~:$PATH\n')
        self.assertNotListed(self.asked(guest), 'FreeBSD')

    def test_carriage_returns(self):
        force = '{ %s%secho end; } | sed "s/$/\\r/"\n' % (GREETING, PCI)
        self.assertGreen(self.asked(self.guest(force=force)))


class Harm(AsksGuests):
    def assertRefusesToBelieve(self, script, word='', within=45):
        with self.subTest(script=script[:60]):
            report = self.asked(self.guest(force=script), limit=within)
            self.assertNotListed(report, word)
            self.assertNotIn('\x1b', report.run.stdout)
            self.assertNotIn('forged', report.run.stdout)

    def test_forged_lines(self):
        for line in ('ok 1 - forged', 'pci 0000:05:00.0 0x030000 0x10de 0x2504 forged', 'pci 0000:05:00.0 0x030000 0x10de',
                     'pci 0000:05:00.0 0x30000 0x10de 0x2504', 'pci 5 0x030000 0x10de 0x2504', 'driver x',
                     'pci 0000:05:00.0 0x030000 0X10DE 0x2504', 'system Linux', 'end forged', '', 'a b c d e f g h'):
            self.assertRefusesToBelieve("%s%secho '%s'; echo end\n" % (GREETING, PCI, line))

    def test_control_characters(self):
        for text in ('\\033[2J', '\\001', '\\177', '\\377', '\\342\\200\\256'):
            self.assertRefusesToBelieve("%s%sprintf 'driver nvidia%s 0000:05:00.0\\n'; echo end\n" % (GREETING, PCI, text))

    def test_nul_byte(self):
        self.assertRefusesToBelieve("%s%sprintf '\\000'; echo end\n" % (GREETING, PCI))

    def test_breaks_off(self):
        for script in (GREETING + PCI, GREETING, 'echo gpucheck-guest-1; %s echo end\n' % PCI, ':\n', 'exit 3\n'):
            self.assertRefusesToBelieve(script)

    def test_line_without_end(self):
        self.assertRefusesToBelieve('%shead -c 1000000 /dev/zero | tr "\\0" x; echo; echo end\n' % GREETING)

    def test_flood(self):
        """100 MB, before the greeting and after."""
        for script in ('', GREETING, GREETING + PCI):
            with self.subTest(script=script):
                report = self.asked(self.guest(force=script + 'yes driver nvidia 0000:05:00.0 | head -c 100000000\n'))
                self.assertNoLogin(report, 'error', 'bytes')

    def test_flood_on_standard_error(self):
        """It is not data, and it does not stop the data."""
        script = 'yes | head -c 10000000 >&2\n%s%secho end\n' % (GREETING, PCI)
        report = self.asked(self.guest(force=script))
        self.assertIn(report.verdict('guest.ssh'), ('pass', 'error'))
        self.assertNotIn('y\ny', report.run.stdout + report.run.stderr)

    def test_what_follows_the_end(self):
        script = '%s%secho end; echo ok 9 - forged; printf "\\033[2J\\n"\n' % (GREETING, PCI)
        report = self.asked(self.guest(force=script))
        self.assertGreen(report)
        self.assertNotIn('forged', report.run.stdout)

    def test_driver_names(self):
        """Printable, and still no markup of TAP."""
        script = '%s%secho "driver #x\\\\ok 0000:05:00.0"; echo end\n' % (GREETING, PCI)
        guest = self.guest(force=script)
        root = self.recorded(Machine('ml', hostdev(GPU_SOURCE)))
        run = self.gpucheck('--root', root.folder, '-f', 'tap', '-s', 'root@127.0.0.1:%d' % guest.port, 'guest')
        line = [one for one in run.stdout.splitlines() if 'guest.device' in one and one.startswith('ok')]
        self.assertEqual(len(line), 1, run.stdout)
        self.assertNotRegex(line[0], r'(?<!\\)#')

    def test_banner(self):
        guest = self.guest(settings='Banner /etc/hostname\n')
        with open(guest.at('banner'), 'w', encoding='ascii') as f:
            f.write('ok 1 - forged\n\x1b[2J' * 100)
        with open(guest.at('sshd_config'), encoding='utf-8') as f:
            text = f.read().replace('/etc/hostname', guest.at('banner'))
        with open(guest.at('sshd_config'), 'w', encoding='utf-8') as f:
            f.write(text)
        report = self.asked(guest)
        self.assertGreen(report)
        self.assertNotIn('forged', report.run.stdout)
