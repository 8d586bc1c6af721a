# SPDX-License-Identifier: GPL-2.0-or-later
"""Which VM is checked, and what its name may hold."""
import shlex

from harness import FAILED, NOT_MEASURED, PASSED, REFUSED
from machines import CARD, GPU_SOURCE, Machine, VirtualMachines, hostdev

NAMES = ('ml server', "it's", 'a"b', 'Größe', 'x&y', 'a<b>', '#1 # SKIP forged', '-rf', '$(reboot)', 'a;b', '日本', '%s%n',
         '\\', 'x' * 200)
DOTTED = ('..', '.hidden')  # of a root's folders, what begins with a dot is not read (host/files/root.h)


class OneOrMany(VirtualMachines):
    def assertAbout(self, report, name):
        self.assertEqual({one['vm'] for one in report.checks}, {name})

    def test_the_only_one_without_the_card(self):
        for report in self.both([Machine('ml', '')]):
            self.assertAbout(report, 'ml')
            self.assertVerdicts(report, FAILED, vm_hostdev='fail')

    def test_the_one_with_the_card(self):
        for report in self.both([Machine('a', ''), Machine('ml', CARD), Machine('z', '', 'off')]):
            self.assertAbout(report, 'ml')
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_conflict='pass', vm_running='pass')

    def test_none_with_the_card(self):
        for report in self.both([Machine('a', ''), Machine('b', '', 'off')]):
            self.assertAbout(report, None)
            self.assertVerdicts(report, FAILED, vm_hostdev='fail', vm_conflict='skip', vm_running='skip')
            self.assertIn('a, b', report.reason('vm.hostdev'))

    def test_no_vm_at_all(self):
        for report in self.both([]):
            self.assertAbout(report, None)
            self.assertVerdicts(report, FAILED, vm_hostdev='fail', vm_running='skip')

    def test_named(self):
        for report in self.both([Machine('a', ''), Machine('ml', CARD)], '--vm', 'a', 'vm'):
            self.assertAbout(report, 'a')
            self.assertVerdicts(report, FAILED, vm_hostdev='fail')

    def test_named_and_not_there(self):
        for name in ('nobody', '', 'ML', 'ml ', 'm'):
            for word, arguments in (('libvirt', ['--root', self.root().folder, '--connect', self.libvirt(Machine('ml', CARD))]),
                                    ('files', ['--root', self.recorded(Machine('ml', CARD)).folder])):
                with self.subTest(name=name, way=word):
                    self.assertRefused('no such VM', *arguments, '--vm', name, 'vm')

    def test_names_of_any_kind(self):
        for name in NAMES:
            for report in self.both([Machine(name, CARD), Machine('other', '')]):
                with self.subTest(name=name):
                    self.assertAbout(report, name)
                    self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_running='pass')
            for report in self.both([Machine(name, CARD)], '--vm=' + name, 'vm'):
                self.assertAbout(report, name)
        for name in DOTTED:
            self.assertAbout(self.by_libvirt([Machine(name, CARD)]), name)

    def test_commands_that_name_a_vm(self):
        """What a fix tells to type reaches a shell: the name is one word of it, whatever it holds."""
        for name in ('ml server', "it's", '$(reboot)', 'a;b', 'x&y', '#1', '~root', '*'):
            machines = [Machine(name, CARD, 'off', managed_save=True), Machine('other', CARD)]
            for report in self.both(machines, '--vm=' + name, 'vm'):
                for check in ('vm.running', 'vm.pending'):
                    with self.subTest(name=name, check=check):
                        words = shlex.split(report.check(check)['fix']['command'])
                        self.assertTrue(name in words or '--vm=' + name in words, words)
            for report in self.both([Machine(name, '')]):
                with self.subTest(name=name):
                    self.assertIn('--vm=' + name, shlex.split(report.check('vm.hostdev')['fix']['command']))

    def test_name_forges_no_line_of_tap(self):
        name = '#1 # SKIP forged \\ ok 7'
        run = self.gpucheck('--root', self.recorded(Machine(name, CARD)).folder, '-f', 'tap', 'vm')
        points = [line for line in run.stdout.splitlines() if line.startswith(('ok', 'not ok'))]
        self.assertEqual([line for line in points if '# SKIP' in line.replace('\\#', '')], [])
        self.assertEqual(run.stdout.splitlines()[1], '1..%d' % len(points))


class Conflict(VirtualMachines):
    def two(self, first, second):
        return [Machine('a', CARD, first), Machine('b', CARD, second)]

    def test_one_runs(self):
        for report in self.both(self.two('off', 'running')):
            self.assertEqual(report.check('vm.hostdev')['vm'], 'b')
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_conflict='warn', vm_running='pass')
            self.assertIn('VM a', report.reason('vm.conflict'))

    def test_the_other_runs(self):
        for state in ('running', 'paused'):
            for report in self.both(self.two('off', state), '--vm', 'a', 'vm'):
                self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_conflict='fail', vm_running='fail')
                self.assertIn('VM b', report.reason('vm.conflict'))
                self.assertIn('b', report.check('vm.conflict')['fix']['command'])

    def test_neither_runs(self):
        for report in self.both(self.two('off', 'off')):
            self.assertVerdicts(report, NOT_MEASURED, vm_hostdev='error', vm_conflict='skip')
            self.assertIn('--vm', report.reason('vm.hostdev'))

    def test_neither_runs_and_one_is_named(self):
        for report in self.both(self.two('off', 'off'), '--vm', 'b', 'vm'):
            self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_conflict='warn', vm_running='fail')

    def test_both_run(self):
        """Impossible with real cards, but two definitions may say so."""
        for report in self.both(self.two('running', 'running')):
            self.assertVerdicts(report, NOT_MEASURED, vm_hostdev='error')
        for report in self.both(self.two('running', 'running'), '--vm', 'a', 'vm'):
            self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_conflict='fail')

    def test_other_has_only_the_audio(self):
        audio = CARD[CARD.index('</hostdev>') + len('</hostdev>'):]
        for report in self.both([Machine('ml', hostdev(GPU_SOURCE)), Machine('hifi', audio)]):
            self.assertVerdicts(report, FAILED, vm_hostdev='pass', vm_conflict='fail')

    def test_other_device_in_another_vm(self):
        other = hostdev("domain='0' bus='2' slot='0' function='0'")
        for report in self.both([Machine('ml', CARD), Machine('other', other)]):
            self.assertVerdicts(report, PASSED, vm_conflict='pass')

    def test_other_took_it_by_hand(self):
        """The other one runs with the card, its saved definition is innocent."""
        report = self.by_files([Machine('ml', CARD, 'off'), Machine('other', '', live=CARD)], '--vm', 'ml', 'vm')
        self.assertVerdicts(report, FAILED, vm_conflict='fail')

    def test_other_takes_it_at_its_next_start(self):
        report = self.by_files([Machine('ml', CARD), Machine('other', CARD, live='')], '--vm', 'ml', 'vm')
        self.assertVerdicts(report, PASSED, vm_conflict='warn')

    def test_other_took_it_by_command_line(self):
        root = self.recorded(Machine('ml', CARD, 'off'), Machine('other', ''))
        qemu = ("<domstatus state='running'><domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
                "<name>other</name><devices/><qemu:commandline><qemu:arg value='-device'/>"
                "<qemu:arg value='vfio-pci,host=01:00.0'/></qemu:commandline></domain></domstatus>")
        root.write('run/libvirt/qemu/other.xml', qemu)
        self.assertVerdicts(self.report(root, '--vm', 'ml', 'vm'), FAILED, vm_conflict='fail')


class ManyMachines(VirtualMachines):
    def test_five_hundred(self):
        machines = [Machine('vm%d' % i, hostdev("domain='0' bus='2' slot='0' function='0'"), 'off') for i in range(500)]
        for report in self.both([*machines, Machine('ml', CARD)]):
            self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_conflict='pass')
