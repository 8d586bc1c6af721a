# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration file: etc/gpucheck.conf of the host, or the one that --config names."""
import os

from harness import FAILED, PASSED, REFUSED
from machines import CARD, GPU_SOURCE, Machine, VirtualMachines, hostdev

SECTION = '[gpu 0000:01:00.0]\n'
BAD = {
    'unknown key above the sections': ('colour=red\n', 'colour'),
    'unknown key of a GPU': (SECTION + 'guests=root@127.0.0.1\n', 'guests'),
    'key of a GPU above the sections': ('vm=ml\n', 'vm'),
    'key in other letters': (SECTION + 'VM=ml\n', 'VM'),
    'unknown section': ('[vm ml]\nguest=x\n', '[vm ml]'),
    'section without an address': ('[gpu]\nvm=ml\n', '[gpu]'),
    'section with an id': ('[gpu 10de:2504]\nvm=ml\n', '10de:2504'),
    'section with a bad address': ('[gpu 0000:01:00.8]\nvm=ml\n', '0000:01:00.8'),
    'bad stage': ('through=everything\n', 'everything'),
    'empty stage': ('through=\n', 'through'),
    'bad strict': ('strict=perhaps\n', 'perhaps'),
    'bad rom': (SECTION + 'rom=/usr/share/vgabios.bin\n', 'rom'),
    'bad ignore': (SECTION + 'ignore=iommu.cmdline, driver.vfoi\n', 'driver.vfoi'),
    'stage as ignore': (SECTION + 'ignore=vm\n', 'vm'),
    'guest with an option': (SECTION + 'guest=-oProxyCommand=reboot\n', 'guest'),
    'guest with a blank': (SECTION + 'guest=root@a b\n', 'guest'),
    'guest with a bad port': (SECTION + 'guest=a:99999\n', 'guest'),
    'empty guest': (SECTION + 'guest=\n', 'guest'),
    'empty vm': (SECTION + 'vm=\n', 'vm'),
    'no line of key=value': (SECTION + 'just words\n', ':2:'),
    'section left open': ('[gpu 0000:01:00.0\nvm=ml\n', ':1:'),
}
GOOD = ('', '\n\n', '# a comment\n; another\n', '\ufeffstrict=no\n', 'strict = no ; as always\n', 'through: guest\n',
        SECTION + '  vm = ml\n', '[gpu 01:00.0]\nvm=ml\n', '[gpu   0000:01:00.0]\r\nvm=ml\r\n', SECTION + 'rom=off\n',
        SECTION + 'ignore=\n')


class Configuration(VirtualMachines):
    def configured(self, text, machines=(Machine('ml', CARD),), name='rtx3060-ready'):
        root = self.root(name)
        root.write('etc/gpucheck.conf', text)
        return ['--root', root.folder, '--connect', self.libvirt(*machines)]

    def asked(self, text, machines=(Machine('ml', CARD),), *arguments, name='rtx3060-ready'):
        _, folder, *more = self.configured(text, machines, name)
        return self.report(folder, *more, *(arguments or ('vm',)))

    def test_good(self):
        for text in GOOD:
            with self.subTest(text=text):
                self.assertVerdicts(self.asked(text), PASSED, vm_hostdev='pass', vm_running='pass')

    def test_bad(self):
        for name, (text, word) in BAD.items():
            with self.subTest(name=name):
                run = self.assertRefused(word, *self.configured(text), 'vm')
                self.assertRegex(run.stderr, r'/etc/gpucheck\.conf:\d+: ')

    def test_line_is_named(self):
        run = self.assertRefused('colour', *self.configured('# one\n\nstrict=no\ncolour=red\nthrough=vm\n'), 'vm')
        self.assertIn('/etc/gpucheck.conf:4:', run.stderr)

    def test_named_file(self):
        path = os.path.join(self.folder(), 'own.conf')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(SECTION + 'vm=other\n')
        machines = (Machine('ml', CARD), Machine('other', CARD, 'off'))
        report = self.asked(SECTION + 'vm=nobody\n', machines, '--config', path, 'vm')
        self.assertEqual(report.check('vm.hostdev')['vm'], 'other')
        with open(path, 'a', encoding='utf-8') as f:
            f.write('colour=red\n')
        self.assertRefused('own.conf:3', *self.configured(''), '--config', path)

    def test_named_file_that_cannot_be_read(self):
        folder = self.folder()
        os.mkfifo(os.path.join(folder, 'fifo'))
        os.symlink('loop', os.path.join(folder, 'loop'))
        for name in ('missing', 'fifo', 'loop', '.', 'missing/x'):
            with self.subTest(name=name):
                path = os.path.join(folder, name)
                self.assertRefused(os.path.normpath(path), '--root', self.root().folder, '--config', path, 'vm')
        self.assertRefused('--config', '--root', self.root().folder, '--config')

    def test_file_of_the_host_that_cannot_be_read(self):
        for spoil in ('fifo', 'loop'):
            root = self.root()
            getattr(root, spoil)('etc/gpucheck.conf')
            with self.subTest(spoil=spoil):
                self.assertRefused('gpucheck.conf', '--root', root.folder, 'vm')

    def test_huge_and_binary_files(self):
        for text in ('x' * (3 << 20), '\0' * 100, SECTION + 'vm=' + 'y' * 100000 + '\n', 'strict=no\0\n'):
            with self.subTest(text=text[:10]):
                self.assertRefused('gpucheck.conf', *self.configured(text), 'vm')

    def test_through(self):
        report = self.asked('through=display\n', (), '--strict', *[], '-q')
        self.assertNotIn('vm.hostdev', report.ids())
        self.assertIn('display.primary', report.ids())

    def test_through_by_option_wins(self):
        self.assertIn('vm.hostdev', self.asked('through=display\n', (Machine('ml', CARD),), '-t', 'vm').ids())

    def test_strict(self):
        lacking = (Machine('ml', hostdev(GPU_SOURCE)),)
        for word, status in (('yes', FAILED), ('on', FAILED), ('1', FAILED), ('no', PASSED), ('off', PASSED)):
            with self.subTest(word=word):
                self.assertVerdicts(self.asked('strict=%s\n' % word, lacking), status, vm_functions='warn')

    def test_ignore(self):
        off = (Machine('ml', hostdev(GPU_SOURCE), 'off'),)
        report = self.asked('strict=yes\n' + SECTION + 'ignore=vm.running, vm.functions\n', off)
        self.assertVerdicts(report, PASSED, vm_hostdev='pass', vm_functions='skip', vm_running='skip')
        self.assertIn('VM ml is off', report.reason('vm.running'))

    def test_ignored_error(self):
        report = self.report(self.ignoring('vm.hostdev'), '--connect', 'nonsense:///', 'vm')
        self.assertVerdicts(report, PASSED, vm_hostdev='skip', vm_running='skip')

    def ignoring(self, checks):
        root = self.root()
        root.write('etc/gpucheck.conf', SECTION + 'ignore=%s\n' % checks)
        return root

    def test_ignore_is_for_its_gpu_only(self):
        text = '[gpu 0000:17:00.0]\nignore=driver.vfio\n[gpu 0000:65:00.0]\nvm=ml\n'
        report = self.asked(text, (Machine('ml', CARD),), 'driver.vfio', name='t400-twins-other-card-wanted')
        self.assertEqual(report.verdict('driver.vfio', '0000:65:00.0'), 'fail')

    def test_vm_that_is_not_there(self):
        self.assertRefused('nobody', *self.configured(SECTION + 'vm=nobody\n'), 'vm')

    def test_gpu_that_is_not_there(self):
        self.assertRefused('0000:09:00.0', *self.configured('[gpu 0000:09:00.0]\nvm=ml\n'), 'vm')

    def test_option_wins_over_the_file(self):
        machines = (Machine('ml', CARD), Machine('other', CARD, 'off'))
        report = self.asked(SECTION + 'vm=other\n', machines, '--vm', 'ml', 'vm')
        self.assertEqual(report.check('vm.hostdev')['vm'], 'ml')


class TwoCards(VirtualMachines):
    """Twins, each for a VM of its own."""

    ONE, OTHER = '0000:17:00.0', '0000:65:00.0'

    def asked(self, text, *arguments):
        root = self.root('t400-twins-other-card-wanted')
        root.write('etc/gpucheck.conf', text)
        one = hostdev("domain='0' bus='23' slot='0' function='0'")
        other = hostdev("domain='0' bus='101' slot='0' function='0'")
        uri = self.libvirt(Machine('a', one), Machine('b', other, 'off'), Machine('c', other))
        return self.report(root, '--connect', uri, *arguments, 'vm')

    def test_each_its_vm(self):
        report = self.asked('[gpu 0000:17:00.0]\nvm=a\n[gpu 0000:65:00.0]\nvm=b\n')
        for gpu, vm, running in ((self.ONE, 'a', 'pass'), (self.OTHER, 'b', 'fail')):
            self.assertEqual(report.check('vm.hostdev', gpu)['vm'], vm)
            self.assertEqual(report.verdict('vm.hostdev', gpu), 'pass')
            self.assertEqual(report.verdict('vm.running', gpu), running)
        self.assertEqual(report.verdict('vm.conflict', self.ONE), 'pass')
        self.assertEqual(report.verdict('vm.conflict', self.OTHER), 'fail')
        self.assertEqual(report.run.status, FAILED)

    def test_swapped(self):
        report = self.asked('[gpu 0000:17:00.0]\nvm=c\n[gpu 0000:65:00.0]\nvm=a\n')
        for gpu in (self.ONE, self.OTHER):
            self.assertEqual(report.verdict('vm.hostdev', gpu), 'fail')

    def test_one_of_them(self):
        report = self.asked('[gpu 0000:17:00.0]\nvm=a\n', '--gpu', self.ONE)
        self.assertEqual({one['gpu'] for one in report.checks}, {self.ONE})
        self.assertEqual(report.run.status, PASSED)

    def test_by_definitions(self):
        """Without a word: each card's VM is the one that has it, and of two the one that runs."""
        report = self.asked('', '--gpu', self.ONE, '--gpu', self.OTHER)
        self.assertEqual(report.check('vm.hostdev', self.ONE)['vm'], 'a')
        self.assertEqual(report.check('vm.hostdev', self.OTHER)['vm'], 'c')

    def test_one_guest_for_two_vms(self):
        root = self.root('t400-twins-other-card-wanted')
        uri = self.libvirt(Machine('a', hostdev("bus='23' slot='0'")), Machine('c', hostdev("bus='101' slot='0'")))
        run = self.gpucheck('--root', root.folder, '-c', uri, '-g', self.ONE, '-g', self.OTHER, '-s', 'root@127.0.0.1:9')
        self.assertEqual(run.status, REFUSED)
        self.assertIn('--guest', run.stderr)
