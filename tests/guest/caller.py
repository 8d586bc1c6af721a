# SPDX-License-Identifier: GPL-2.0-or-later
"""Who calls gpucheck: root with a home of the test's, so that nobody's own ~/.ssh matters or changes.

libssh takes the home from the user database, as ssh does, and not from HOME: the test's home is mounted over root's.
"""
import os
import pwd
import shutil
import time
import unittest

import keys
from guests import Guest, write
from harness import NO_MOUNT_NAMESPACE
from machines import CARD, Machine, VirtualMachines

HOME = '''set -e; mount --bind "$1" "$2"; [ -z "$3" ] || mount --bind "$3" /etc/passwd; shift 3; exec "$@"'''
LIMIT = 45  # seconds: what gpucheck grants a guest, and some


@unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
class Caller(unittest.TestCase):
    """Has a home; runs gpucheck as its owner."""


class AsksGuests(Caller, VirtualMachines):
    seconds = 100

    def setUp(self):
        self.home = os.path.join(self.folder(), 'home')
        self.passwd = ''
        os.makedirs(os.path.join(self.home, '.ssh'), mode=0o700)
        self.use_key('client')
        self.temporary = self.folder()

    def ssh_file(self, name, content=None):
        path = os.path.join(self.home, '.ssh', name)
        if content is not None:
            write(path, content)
        return path

    def use_key(self, name, kind='ed25519', passphrase=''):
        own = keys.key(name, kind, passphrase)
        shutil.copy(own, self.ssh_file('id_' + kind))
        shutil.copy(own + '.pub', self.ssh_file('id_%s.pub' % kind))

    def guest(self, *arguments, known=True, **how):
        """A guest that is up, whose host key the caller knows."""
        guest = Guest(*arguments, **how)
        self.addCleanup(guest.close)
        if known:
            self.know(guest)
        return guest

    def know(self, guest):
        with open(self.ssh_file('known_hosts'), 'a', encoding='utf-8') as f:
            f.write(guest.known_hosts())

    def wrapped(self, command):
        return ['unshare', '-m', 'sh', '-c', HOME, 'sh', self.home, pwd.getpwuid(0).pw_dir, self.passwd, *command]

    def asked(self, guest, *arguments, user='root@', devices=CARD, limit=LIMIT, name=None, **env):
        """The report on a VM whose guest is there; in time, and with no file left."""
        root = self.recorded(Machine('ml', devices))
        where = name or '%s127.0.0.1:%d' % (user, guest.port)
        begin = time.monotonic()
        report = self.report(root, '--guest', where, *(arguments or ('guest',)), TMPDIR=self.temporary, **env)
        self.assertLess(time.monotonic() - begin, limit)
        self.assertEqual(os.listdir(self.temporary), [])
        return report

    def assertGreen(self, report):
        self.assertVerdicts(report, 0, vm_running='pass', guest_ssh='pass', guest_device='pass', guest_bars='pass',
                            guest_driver='pass')

    def assertNoLogin(self, report, verdict, word=''):
        """fail: what its owner can mend there and then; error: nothing could be asked."""
        self.assertVerdicts(report, 1 if verdict == 'fail' else 3, guest_ssh=verdict, guest_device='skip')
        self.assertIn(word, report.reason('guest.ssh'))

    def assertNotListed(self, report, word=''):
        self.assertVerdicts(report, 3, guest_ssh='pass', guest_device='error')
        self.assertIn(word, report.reason('guest.device'))
