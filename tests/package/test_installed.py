# SPDX-License-Identifier: GPL-2.0-or-later
"""Installed with nothing but what it depends on, used, upgraded, removed and purged, in a small Debian of its own."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import roots
from harness import FAILED, NOT_MEASURED, PASSED, Run, built_root, environment
from package import ROOT, SECONDS, changelog_version, deb, output

# A host whose card is bound by --fix; a host whose VM runs.
UNBOUND = 'gtx1060-vtd-off-in-firmware'
RUNNING = 'rtx3060-vm-still-runs-the-old-definition'
PLANNED = 'etc/modprobe.d/gpucheck.conf'
STATE = 'var/lib/gpucheck'
# The live host in it: a recorded host's /sys, and this machine's /proc.
LIVE = 'mount --bind "$1/host/sys" "$1/sys"; mount --rbind /proc "$1/proc"; root=$1; shift; exec chroot "$root" "$@"'
# What dpkg and ldconfig keep for themselves.
KEPT = re.compile(r'(var/lib/dpkg/(status|available|lock|info|triggers|alternatives)|var/cache/ldconfig|var/log|'
                  r'host|planned|tmp)\b')


@unittest.skipUnless(ROOT, 'needs root to install a package')
class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix='gpucheck-installed-')
        cls.root = pathlib.Path(cls.temporary.name)
        depends = output('dpkg-deb', '--field', deb(), 'Depends')
        cls.copied = roots.make(cls.root, [roots.first_of(one) for one in depends.split(', ')])
        (cls.root / 'var/log').mkdir()
        shutil.copytree(built_root(RUNNING), cls.root / 'host', symlinks=True)
        for more in ('', '+1'):
            shutil.copy(deb(more), cls.root / 'tmp')

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        self.before = self.files()
        self.addCleanup(self.inside, 'dpkg', '--purge', 'gpucheck')
        self.dpkg('--install', '/tmp/' + deb().name)

    def files(self):
        """Every file, folder and link but dpkg's own records."""
        return {str(path.relative_to(self.root)) for path in self.root.rglob('*')
                if not KEPT.match(str(path.relative_to(self.root)))}

    def inside(self, *command):
        done = subprocess.run(['chroot', self.root, *command], env=environment(PATH='/usr/sbin:/usr/bin:/sbin:/bin'),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False)
        return Run(done.returncode, done.stdout, done.stderr)

    def live(self, *command):
        """In a mount namespace that has the recorded host's /sys."""
        done = subprocess.run(['unshare', '--mount', 'sh', '-ec', LIVE, 'sh', self.root, *command],
                              env=environment(PATH='/usr/sbin:/usr/bin:/sbin:/bin'), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        return Run(done.returncode, done.stdout, done.stderr)

    def dpkg(self, *arguments):
        """What it says."""
        run = self.inside('dpkg', *arguments)
        self.assertEqual(run.status, 0, run)
        return run.stdout + run.stderr

    def version(self):
        return self.inside('dpkg-query', '-W', '-f', '${Version}', 'gpucheck').stdout

    def reason(self, run, check):
        found = [one for one in json.loads(run.stdout)['checks'] if one['id'] == check]
        self.assertEqual(len(found), 1, run)
        return found[0]['verdict'], found[0]['reason']

    def test_the_host_is_checked_without_libvirt_and_libssh(self):
        self.assertFalse({'libvirt0', 'libssh-4'} & set(self.copied))
        for library in ('libvirt', 'libssh'):
            self.assertEqual(list(self.root.glob('usr/lib/*/%s.so*' % library)), [])
        run = self.inside('gpucheck', '--root', '/host', '-t', 'display')
        self.assertEqual((run.status, run.stderr), (PASSED, ''), run.stdout)

    def test_recorded_machines_need_no_libvirt(self):
        run = self.inside('gpucheck', '--root', '/host', '-f', 'json', 'vm')
        self.assertEqual((run.status, run.stderr), (FAILED, ''))
        self.assertEqual(self.reason(run, 'vm.pending')[0], 'fail')

    def test_a_libvirt_that_is_named_and_not_installed(self):
        run = self.inside('gpucheck', '--root', '/host', '-c', 'qemu:///system', '-f', 'json', 'vm')
        verdict, reason = self.reason(run, 'vm.hostdev')
        self.assertEqual((run.status, verdict), (NOT_MEASURED, 'error'))
        self.assertIn('libvirt0 is not installed', reason)
        self.assertIn('apt install libvirt0', reason)

    def test_libvirt_is_not_installed(self):
        """Nor is what its removal left in /etc taken for it."""
        for left in (False, True):
            if left:
                (self.root / 'etc/libvirt').mkdir()
                self.addCleanup((self.root / 'etc/libvirt').rmdir)
            run = self.live('gpucheck', '-f', 'json', 'vm')
            with self.subTest(left=left):
                self.assertEqual(self.reason(run, 'vm.hostdev'), ('fail', 'libvirt is not installed on this host'), run)

    def test_guests_need_libssh(self):
        run = self.inside('gpucheck', '--root', '/host', '-s', 'root@192.0.2.1', '-f', 'json', 'guest')
        verdict, reason = self.reason(run, 'guest.ssh')
        self.assertEqual(verdict, 'error')
        self.assertIn('apt install libssh-4', reason)
        self.assertIn('install libssh on this host', run.stdout)

    def test_nothing_is_enabled(self):
        self.assertEqual([path for path in self.files() - self.before if 'wants' in path], [])

    def applied(self):
        """A plan, of a recorded host's, as if it were this host's."""
        shutil.rmtree(self.root / 'planned', ignore_errors=True)
        shutil.copytree(built_root(UNBOUND), self.root / 'planned', symlinks=True)
        self.addCleanup(shutil.rmtree, self.root / 'planned')
        self.live('gpucheck', '--root', '/planned', '--fix', '--yes', 'driver')  # it wants /proc
        self.assertTrue((self.root / 'planned' / PLANNED).exists())
        shutil.copytree(self.root / 'planned' / STATE, self.root / STATE, dirs_exist_ok=True)

    def test_an_upgrade_keeps_the_state_and_the_configuration(self):
        self.applied()
        (self.root / 'etc/gpucheck.conf').write_text('through = display\n')
        self.addCleanup((self.root / 'etc/gpucheck.conf').unlink)
        said = self.dpkg('--install', '/tmp/' + deb('+1').name)
        self.assertEqual(self.version(), changelog_version() + '+1')
        self.assertNotIn('stays', said)
        self.assertEqual((self.root / 'etc/gpucheck.conf').read_text(), 'through = display\n')
        self.assertIn('applied', self.inside('gpucheck', '--undo', 'list').stdout)
        self.assertEqual((self.root / STATE).stat().st_mode & 0o777, 0o700)

    def test_removal_keeps_the_originals_and_names_what_stays(self):
        self.applied()
        said = self.dpkg('--remove', 'gpucheck')
        self.assertIn('gpucheck: plan 1 stays applied:\ngpucheck:   /%s\n' % PLANNED, said)
        self.assertIn('gpucheck --undo', said)
        self.assertTrue((self.root / STATE / '1/record.json').exists())
        said = self.dpkg('--purge', 'gpucheck')
        self.assertIn('for good', said)
        self.assertIn('/' + PLANNED, said)
        self.assertEqual(self.files(), self.before)

    def test_purging_leaves_nothing_and_says_nothing(self):
        self.inside('gpucheck', '--root', '/host', '-f', 'json', '-o', '/var/lib/gpucheck/report.json', '-t', 'display')
        self.assertTrue((self.root / STATE / 'report.json').exists())
        said = self.dpkg('--purge', 'gpucheck')
        self.assertNotIn('gpucheck: ', said)
        self.assertEqual(self.files(), self.before)
