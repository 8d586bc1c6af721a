# SPDX-License-Identifier: GPL-2.0-or-later
"""The package by itself: what is in it, what it needs, and what lintian says."""
import re
import subprocess
import unittest

from harness import environment
from package import ROOT, SECONDS, TREE, changelog_version, deb, folder, output

PROGRAMS = ['usr/sbin/gpucheck', *('usr/libexec/gpucheck/gpucheck-' + name
                                   for name in ('definitions', 'guest', 'initramfs', 'libvirt'))]
FILES = {
    'lib/systemd/system/gpucheck.service',
    'lib/systemd/system/gpucheck.timer',
    'usr/share/bash-completion/completions/gpucheck',
    'usr/share/doc/gpucheck/README.md.gz',
    'usr/share/doc/gpucheck/changelog.gz',
    'usr/share/doc/gpucheck/copyright',
    'usr/share/doc/gpucheck/examples/gpucheck.conf',
    'usr/share/lintian/overrides/gpucheck',
    'usr/share/man/man5/gpucheck.conf.5.gz',
    'usr/share/man/man8/gpucheck.8.gz',
}
STATE = 'var/lib/gpucheck/'


def expected():
    pages = {'usr/share/doc/gpucheck/%s' % page.relative_to(TREE / 'docs') for page in (TREE / 'docs').rglob('*')
             if page.is_file()}
    schemas = {'usr/share/gpucheck/' + schema.name for schema in (TREE / 'report').glob('*.schema.json')}
    return FILES | pages | schemas | set(PROGRAMS)


def contents():
    """Path -> mode and owner."""
    lines = (line.split() for line in output('dpkg-deb', '--contents', deb()).splitlines())
    return {words[5].removeprefix('./'): (words[0], words[1]) for words in lines}


def field(name):
    return output('dpkg-deb', '--field', deb(), name).strip()


class Deb(unittest.TestCase):
    def test_contents(self):
        files = {path.removesuffix('.gz') for path in contents() if path and not path.endswith('/')}
        self.assertEqual(files, {path.removesuffix('.gz') for path in expected()})

    def test_modes_and_owners(self):
        for path, (mode, owner) in contents().items():
            wanted = ('drwx------' if path == STATE else 'drwxr-xr-x' if path.endswith('/') or not path else
                      '-rwxr-xr-x' if path in PROGRAMS else '-rw-r--r--')
            with self.subTest(path):
                self.assertEqual((mode, owner), (wanted, 'root/root'))

    def test_no_configuration_is_installed(self):
        self.assertEqual(field('Conffiles'), '')
        self.assertFalse([path for path in contents() if path.startswith('etc/')])

    def test_the_version_is_the_programs(self):
        project = re.search(r'project\(gpucheck VERSION (\S+)', (TREE / 'CMakeLists.txt').read_text())[1]
        self.assertEqual(changelog_version(), project)
        self.assertEqual(field('Version'), project)

    def test_what_only_vms_and_guests_need_is_recommended(self):
        depends, recommends = ({word.split()[0] for word in field(name).split(', ')}
                               for name in ('Depends', 'Recommends'))
        self.assertEqual(recommends, {'libssh-4', 'libvirt0'})
        self.assertGreaterEqual(depends, {'libarchive13', 'libc6', 'libinih1', 'libjansson4', 'libpci3', 'libxml2'})
        self.assertFalse(depends & recommends)

    def test_lintian(self):
        """Of the source too; whatever it says at all is looked at."""
        changes = sorted(folder().glob('gpucheck_%s_*.changes' % changelog_version()))
        done = subprocess.run(['lintian', '--display-info', '--pedantic', '--tag-display-limit', '0',
                               *(['--allow-root'] if ROOT else []), *map(str, changes)],
                              env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual((len(changes), done.stdout), (1, ''), done.stderr)

    def test_hardening(self):
        """Every compiler call of the build had the flags, and FORTIFY's third level."""
        self.assertEqual(output('blhc', '--all', folder() / 'build.log').strip(), '')
        log = (folder() / 'build.log').read_text()
        calls = [line for line in log.splitlines() if ' -c ' in line and '.c.o' in line]
        self.assertGreater(len(calls), 100)
        for call in calls:
            self.assertIn('-D_FORTIFY_SOURCE=3', call)
            self.assertIn('-fstack-clash-protection', call)
