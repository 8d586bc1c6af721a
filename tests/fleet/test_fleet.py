# SPDX-License-Identifier: GPL-2.0-or-later
"""The playbook on two dozen hosts: what it says of them, what it changes, and that it says so of those it cannot reach."""
import collections
import hashlib
import json
import os
import re
import subprocess
import unittest

import namespaces
from harness import FIXTURES, READY, arguments_of
from hosts import NOBODY, REFUSES, Host, Network
from package import package
from playbook import Playbook

SILENT = {'refuses': REFUSES, 'nobody-there': NOBODY}
MENDED = 'rtx3060-vtd-off-by-argument'
PENDING = 'rtx3060-vm-still-runs-the-old-definition'
STAGES = ('host', 'iommu', 'driver', 'display', 'vm', 'guest')
TEXTFILE = '/var/lib/prometheus/node-exporter/gpucheck.prom'

# Hosts that are named as their fixture.
PLAIN = ['alder-lake-sriov-vf', 'h200-in-domain-10000',
         'rx7900xtx-run-by-amdgpu-in-the-guest', 't400-twins-by-one-id',
         'b550m-gt710-shares-chipset-group', 'gtx1060-vtd-off-in-firmware', 'h100-ovmf-of-2020',
         'lab-vtd-off-by-argument', 'proxmox-systemd-boot-turns-it-off', 'rtx3060-held-by-another-vm',
         'rtx3060-no-hostdev-yet', MENDED, PENDING, 'rtx4090-fell-off-the-bus',
         'no-gpu-at-all', 'rtx3060-bound-by-own-script']
FIXABLE = [MENDED, 'rtx3060-no-hostdev-yet', 'proxmox-systemd-boot-turns-it-off']

# Others: a name, the fixture, variables. The second and PENDING call themselves the same.
SPECIAL = {READY: (READY, {'gpucheck_timer': True, 'gpucheck_textfile': TEXTFILE}),
           'knows-of-it': (PENDING, {'gpucheck_config': '[gpu 0000:01:00.0]\nignore = vm.pending\n'}),
           'through-driver': ('rtx3060-no-hostdev-yet', {'gpucheck_through': 'driver'}),
           'misconfigured': (READY, {'gpucheck_config': 'through = nowhere\n'})}


def variables_of(fixture):
    """A fixture's arguments as the role takes them."""
    words = arguments_of(fixture)
    given = dict(zip(words[::2], words[1::2]))
    gpus = [given[name] for name in ('--gpu', '-g') if name in given]
    return {'gpucheck_gpus': gpus, 'gpucheck_vm': given.get('--vm', '')}


def golden(fixture):
    with open(os.path.join(FIXTURES, fixture, 'expected.json'), encoding='utf-8') as f:
        return json.load(f)


def golden_status(fixture):
    with open(os.path.join(FIXTURES, fixture, 'expected.status'), encoding='utf-8') as f:
        return int(f.read())


def verdicts(report):
    return [(one['id'], one['gpu'], one['vm'], one['verdict']) for one in report['checks']]


def digest(root):
    """Of every name, kind and content below a root."""
    total = hashlib.sha256()
    for folder, folders, files in os.walk(root):
        folders.sort()
        for name in sorted(folders + files):
            path = os.path.join(folder, name)
            total.update(('%s %o\n' % (path, os.lstat(path).st_mode)).encode())
            if os.path.islink(path):
                total.update(os.readlink(path).encode())
            elif os.path.isfile(path):
                with open(path, 'rb') as f:
                    total.update(f.read())
    return total.hexdigest()


def installed_here():
    """What dpkg of this machine itself says of gpucheck."""
    return subprocess.run(['dpkg-query', '-W', '-f', '${Status}', 'gpucheck'], capture_output=True, check=False).stdout


@unittest.skipIf(namespaces.refused(), namespaces.refused())
class Fleet(unittest.TestCase):
    """All runs are made once, in this order; each test looks at what one of them must show."""

    @classmethod
    def setUpClass(cls):
        work = os.environ['GPUCHECK_FLEET_WORK']
        members = [(name, name, variables_of(name)) for name in PLAIN]
        members += [(name, fixture, extra) for name, (fixture, extra) in SPECIAL.items()]
        cls.network = Network(work, [Host(i, *one) for i, one in enumerate(members)], SILENT)
        cls.addClassCleanup(cls.network.stop)
        cls.here = installed_here()
        cls.network.start()
        cls.hosts = {host.name: host for host in cls.network.hosts}
        cls.network.ssh(cls.hosts[READY], 'mkdir', '-p', os.path.dirname(TEXTFILE))  # node_exporter's
        cls.play(Playbook(work, cls.network.inventory(), gpucheck_deb=package(work)))

    @classmethod
    def play(cls, book):
        cls.early = book.run('early', '--check', '--diff', limit=[READY])
        cls.early_package = cls.installed(READY)
        cls.first = book.run('first', gpucheck_formats=['text', 'tap', 'json', 'junit', 'prometheus'])
        book.leave('second', 'refuses', cls.first.host(READY))
        cls.second = book.run('second')
        cls.before = cls.digests()
        cls.plan = book.run('plan', '--check', '--diff', limit=FIXABLE, gpucheck_fix=True)
        cls.brief_plan = book.run('brief-plan', '--check', limit=[MENDED], gpucheck_fix=True)
        cls.after_plan = cls.digests()
        cls.fix = book.run('fix', limit=[MENDED], gpucheck_fix=True)
        cls.after_fix = cls.digests()
        cls.fixed = book.run('fixed', limit=[MENDED], gpucheck_fix=True)
        cls.after_fixed = cls.digests()
        cls.green = book.run('green', limit=[READY, 'through-driver'])
        cls.nobody = book.run('nobody', limit=SILENT)
        cls.unmerged = book.run('unmerged', limit=[READY], gpucheck_merge_program='/nowhere/gpucheck')

    @classmethod
    def installed(cls, name):
        return cls.network.ssh(cls.hosts[name], 'dpkg-query', '-W', '-f', "'${Status}'", 'gpucheck')

    @classmethod
    def digests(cls):
        return {name: digest(host.recorded) for name, host in cls.hosts.items()}

    def expected(self, name):
        """Verdicts that a host's report must have."""
        host = self.hosts[name]
        through = host.variables.get('gpucheck_through') or STAGES[-1]
        return [one for one in verdicts(golden(host.fixture))
                if one[0].split('.')[0] in STAGES[:STAGES.index(through) + 1]]

    def test_size(self):
        self.assertGreaterEqual(len(self.hosts), 20)
        self.assertGreaterEqual(len(self.hosts) + len(SILENT), 22)
        self.assertEqual({golden_status(host.fixture) for host in self.hosts.values()}, {0, 1, 2, 3})

    def test_play_fails(self):
        self.assertEqual(self.first.status, 2, self.first.output)
        self.assertEqual(self.second.status, 2, self.second.output)

    def test_green_play_succeeds(self):
        self.assertEqual(self.green.status, 0, self.green.output)
        self.assertIn('2 of 2 passed: rtx3060-ready through-driver.', self.green.judgement())

    def test_nobody_is_there(self):
        """The report is made and judged even if no host answers."""
        self.assertEqual(self.nobody.status, 2, self.nobody.output)
        self.assertIn('No route to host', self.nobody.judgement())
        self.assertEqual(len(json.loads(self.nobody.report('report.json'))['unreadable']), len(SILENT))

    def test_nothing_to_merge_with(self):
        self.assertEqual(self.unmerged.status, 2)
        self.assertIn("No such file or directory: b'/nowhere/gpucheck'", self.unmerged.output)

    def test_reports_are_fetched(self):
        for name in self.hosts:
            with self.subTest(name):
                report = self.first.host(name)
                if name == 'misconfigured':
                    self.assertIsNone(report)
                elif name != 'knows-of-it':
                    self.assertEqual(verdicts(report), self.expected(name))

    def test_merged_report(self):
        merged = json.loads(self.first.report('report.json'))
        told = {one['host']: verdicts(one) for one in merged['hosts']}
        self.assertEqual(set(told), set(self.hosts) - {'misconfigured'})
        for name, verdict in told.items():
            if name != 'knows-of-it':
                with self.subTest(name):
                    self.assertEqual(verdict, self.expected(name))
        self.assertEqual(merged['summary']['status'], 1)

    def test_silent_hosts_are_in_the_merged_report(self):
        merged = json.loads(self.first.report('report.json'))
        named = sorted(one['file'] for one in merged['unreadable'])
        self.assertEqual(named, ['misconfigured.json', 'nobody-there.json', 'refuses.json'])

    def test_every_format(self):
        """All hosts are in all of them; a table for 80 columns shortens long names."""
        for name in ('report.txt', 'report.tap', 'report.xml', 'report.prom'):
            text = self.first.report(name)
            for host in set(self.hosts) | set(SILENT):
                # There a file that is no report is only counted.
                if name != 'report.prom' or host not in [*SILENT, 'misconfigured']:
                    with self.subTest(report=name, host=host):
                        self.assertIn(host[:30], text)
        self.assertIn('gpucheck_unreadable_reports 3\n', self.first.report('report.prom'))

    def test_judgement(self):
        """Each host is named once, in the sentence that its status asks for."""
        status = {name: golden_status(host.fixture) for name, host in self.hosts.items()}
        status.update({'knows-of-it': 0, 'through-driver': 0})
        del status['misconfigured']
        by_status = collections.defaultdict(list)
        for name, one in status.items():
            by_status[one].append(name)
        said = self.first.judgement()
        for one, words in ((0, 'passed'), (1, 'failed'), (2, 'had no GPU to check'), (3, 'could not be measured')):
            found = re.search(r'(\d+) of %d %s: (.*?)\.["\n]' % (len(self.hosts) + len(SILENT), words), said)
            self.assertIsNotNone(found, said)
            self.assertEqual(sorted(found.group(2).split()), sorted(by_status[one]))
            self.assertEqual(int(found.group(1)), len(by_status[one]))

    def test_silent_hosts_are_named(self):
        said = self.first.judgement()
        for name, why in (('refuses', 'Connection refused'), ('nobody-there', 'No route to host')):
            self.assertRegex(said, '%s gave no report: Failed to connect .* %s' % (name, why))
        self.assertRegex(said, r'misconfigured gave no report: gpucheck: .*nowhere')

    def test_same_name(self):
        """Two machines that call themselves the same: neither report hides the other."""
        ours = [verdicts(self.first.host(name)) for name in (PENDING, 'knows-of-it')]
        self.assertNotEqual(*ours)

    def test_second_run_changes_nothing(self):
        # The copy of the package and the package; the timer, or a configuration.
        more = [name for name, (_, extra) in SPECIAL.items() if {'gpucheck_timer', 'gpucheck_config'} & set(extra)]
        self.assertEqual({name: self.first.changed[name] for name in self.hosts},
                         {name: 2 + (name in more) for name in self.hosts})
        self.assertEqual(set(self.second.changed), set(self.hosts) | set(SILENT))
        self.assertEqual(set(self.second.changed.values()), {0}, self.second.changed)

    def test_stale_report_is_dropped(self):
        """What an earlier run left of a host that is silent now is no report of this one."""
        self.assertIsNone(self.second.host('refuses'))
        self.assertIn('refuses', self.second.report('report.txt'))

    def test_package_is_on_every_host_and_not_here(self):
        for name in self.hosts:
            self.assertEqual(self.installed(name), 'install ok installed', name)
        self.assertEqual(installed_here(), self.here)

    def test_check_mode_before_the_package(self):
        self.assertEqual(self.early_package, '')
        self.assertEqual(self.early.status, 2, self.early.output)
        self.assertIn('rtx3060-ready gave no report: gpucheck is not installed yet', self.early.judgement())

    def test_checks_change_no_record(self):
        for name, host in self.hosts.items():
            self.assertFalse(os.path.exists(os.path.join(host.recorded, 'var/lib/gpucheck')) and name != MENDED, name)

    def test_plan_in_check_mode(self):
        self.assertEqual(self.after_plan, self.before)
        self.assertEqual({name: self.plan.changed[name] for name in FIXABLE}, dict.fromkeys(FIXABLE, 1))
        for line in ('+++ /etc/modprobe.d/gpucheck.conf', '+options vfio-pci ids=10de:2504,10de:228e',
                     "+    <hostdev mode='subsystem' type='pci' managed='yes'>", '+++ /etc/kernel/cmdline'):
            self.assertIn('\n' + line, self.plan.output)

    def test_plan_without_diff(self):
        self.assertIn('driver.vfio: vfio-pci gets every function', self.brief_plan.output)
        self.assertNotIn('+options', self.brief_plan.output)

    def test_fix(self):
        self.assertEqual(self.fix.changed, {MENDED: 1}, self.fix.output)
        changed = [name for name in self.hosts if self.after_fix[name] != self.before[name]]
        self.assertEqual(changed, [MENDED])
        recorded = self.hosts[MENDED].recorded
        self.assertTrue(os.path.exists(os.path.join(recorded, 'etc/modprobe.d/gpucheck.conf')))
        self.assertEqual(self.fix.status, 2)  # it waits for a reboot, so it fails still

    def test_second_fix_plans_nothing(self):
        self.assertEqual(self.fixed.changed, {MENDED: 0}, self.fixed.output)
        self.assertEqual(self.after_fixed, self.after_fix)

    def test_timer(self):
        """Enabled where it was asked for; no systemd runs here that could start it."""
        wanted = '/etc/systemd/system/timers.target.wants/gpucheck.timer'
        self.assertEqual(self.network.ssh(self.hosts[READY], 'ls', wanted), wanted + '\n')
        self.assertEqual(self.network.ssh(self.hosts[MENDED], 'ls', wanted), '')

    def test_textfile(self):
        text = self.network.ssh(self.hosts[READY], 'cat', TEXTFILE)
        self.assertIn('gpucheck_status{host="%s"} 0\n' % READY, text)
