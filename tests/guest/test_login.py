# SPDX-License-Identifier: GPL-2.0-or-later
"""Logging in: keys, host keys, and whose they are."""
import os
import pwd
import shlex
import subprocess

import keys
from caller import AsksGuests
from guests import write

SOMEBODY = 54321  # a user id that no user of this machine has


class Keys(AsksGuests):
    def test_whole_chain(self):
        guest = self.guest()
        report = self.asked(guest, 'host', 'iommu', 'driver', 'display', 'vm', 'guest')
        self.assertEqual({one['verdict'] for one in report.checks}, {'pass'}, report.checks)
        self.assertIn('root@[127.0.0.1]:%d' % guest.port, report.reason('guest.ssh'))
        self.assertIn('10de:2504 at 0000:05:00.0', report.reason('guest.device'))
        self.assertIn('10de:228e at 0000:05:00.1', report.reason('guest.device'))

    def test_default_user_is_the_caller(self):
        self.assertGreen(self.asked(self.guest(), user=''))

    def test_kinds_of_keys(self):
        for kind in ('rsa', 'ecdsa'):
            guest = self.guest()
            self.use_key('stranger')
            self.use_key('other', kind)
            write(guest.at('home/.ssh/authorized_keys'), keys.public(keys.key('other', kind)) + '\n')
            with self.subTest(kind=kind):
                self.assertGreen(self.asked(guest))

    def test_wrong_key(self):
        guest = self.guest()
        self.use_key('stranger')
        report = self.asked(guest)
        self.assertNoLogin(report, 'fail', 'none of the keys')
        command = report.check('guest.ssh')['fix']['command']
        self.assertEqual(shlex.split(command), ['ssh-copy-id', '-p', str(guest.port), 'root@127.0.0.1'])

    def test_no_key(self):
        for name in ('id_ed25519', 'id_ed25519.pub'):
            os.unlink(self.ssh_file(name))
        self.assertNoLogin(self.asked(self.guest()), 'fail')

    def test_broken_key(self):
        self.ssh_file('id_ed25519', 'no key\n')
        self.assertNoLogin(self.asked(self.guest()), 'fail')

    def test_unknown_user(self):
        self.assertNoLogin(self.asked(self.guest(), user='nobody-of-that-name@'), 'fail')

    def test_key_with_a_passphrase(self):
        """Nobody is asked for it; an agent that holds the key is."""
        guest = self.guest()
        self.use_key('locked', passphrase='secret')
        write(guest.at('home/.ssh/authorized_keys'), keys.public(keys.key('locked', passphrase='secret')) + '\n')
        self.assertNoLogin(self.asked(guest), 'fail')

    def test_agent(self):
        guest = self.guest()
        for name in ('id_ed25519', 'id_ed25519.pub'):
            os.unlink(self.ssh_file(name))
        agent = os.path.join(self.folder(), 'agent')
        process = subprocess.Popen(['ssh-agent', '-D', '-a', agent], stdout=subprocess.DEVNULL)
        try:
            while not os.path.exists(agent):
                pass
            subprocess.run(['ssh-add', '-q', keys.key('client')], env={**os.environ, 'SSH_AUTH_SOCK': agent}, check=True)
            self.assertGreen(self.asked(guest, SSH_AUTH_SOCK=agent))
        finally:
            process.terminate()
            process.wait()

    def test_password_is_not_asked_for(self):
        guest = self.guest(settings='PermitRootLogin yes\nPasswordAuthentication yes\nPubkeyAuthentication no\n')
        self.assertNoLogin(self.asked(guest), 'fail')


class HostKeys(AsksGuests):
    def known(self, content):
        self.ssh_file('known_hosts', content)

    def test_unknown(self):
        guest = self.guest(known=False)
        report = self.asked(guest)
        self.assertNoLogin(report, 'fail', 'not in known_hosts')
        self.assertIn(self.fingerprint(guest), report.reason('guest.ssh'))
        command = report.check('guest.ssh')['fix']['command']
        self.assertEqual(shlex.split(command), ['ssh', '-p', str(guest.port), 'root@127.0.0.1', 'true'])
        self.assertFalse(os.path.exists(self.ssh_file('known_hosts')))

    def fingerprint(self, guest):
        shown = subprocess.run(['ssh-keygen', '-lf', guest.hostkey], stdout=subprocess.PIPE, text=True, check=True)
        return shown.stdout.split()[1]

    def test_nothing_is_accepted(self):
        """known_hosts is there and holds others; it is not written."""
        guest = self.guest(known=False)
        line = '192.0.2.1 %s\n' % keys.public(keys.key('elsewhere'))
        self.known(line)
        self.assertNoLogin(self.asked(guest), 'fail', 'not in known_hosts')
        with open(self.ssh_file('known_hosts'), encoding='utf-8') as f:
            self.assertEqual(f.read(), line)

    def test_changed(self):
        guest = self.guest(known=False)
        self.known('[127.0.0.1]:%d %s\n' % (guest.port, keys.public(keys.key('before'))))
        report = self.asked(guest)
        self.assertNoLogin(report, 'fail', 'not the one in known_hosts')
        self.assertIn(self.fingerprint(guest), report.reason('guest.ssh'))
        self.assertForgets(report, guest)

    def assertForgets(self, report, guest):
        """The fix's command really takes the old key out."""
        command = shlex.split(report.check('guest.ssh')['fix']['command'])
        self.assertEqual(command[:2], ['ssh-keygen', '-R'])
        subprocess.run([*command[:3], '-f', self.ssh_file('known_hosts')], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        with open(self.ssh_file('known_hosts'), encoding='utf-8') as f:
            self.assertNotIn(keys.public(keys.key('before')), f.read())

    def test_changed_behind_an_alias(self):
        guest = self.guest(known=False)
        self.known('[127.0.0.1]:%d %s\n' % (guest.port, keys.public(keys.key('before'))))
        self.ssh_file('config', 'Host mlbox\n HostName 127.0.0.1\n Port %d\n User root\n' % guest.port)
        report = self.asked(guest, name='mlbox')
        self.assertNoLogin(report, 'fail', 'not the one in known_hosts')
        self.assertForgets(report, guest)

    def test_other_kind_known(self):
        """The guest has an RSA key that is known, and shows another one."""
        guest = self.guest(known=False)
        self.known('[127.0.0.1]:%d %s\n' % (guest.port, keys.public(keys.key('before', 'rsa'))))
        self.assertNoLogin(self.asked(guest), 'fail')

    def test_hashed(self):
        guest = self.guest()
        subprocess.run(['ssh-keygen', '-q', '-H', '-f', self.ssh_file('known_hosts')], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(self.ssh_file('known_hosts'), encoding='utf-8') as f:
            self.assertNotIn('127.0.0.1', f.read())
        self.assertGreen(self.asked(guest))

    def test_port_22_is_another_host(self):
        guest = self.guest(known=False)
        self.known('127.0.0.1 %s\n' % keys.public(guest.hostkey))
        self.assertNotEqual(self.asked(guest).verdict('guest.ssh'), 'error')

    def test_unreadable(self):
        guest = self.guest(known=False)
        for content in ('\0' * 1000, 'not a line of known_hosts\n' * 10):
            self.known(content)
            self.assertNoLogin(self.asked(guest), 'fail')
        os.unlink(self.ssh_file('known_hosts'))
        os.mkdir(self.ssh_file('known_hosts'))
        self.assertNotIn(self.asked(guest).verdict('guest.ssh'), ('pass', 'warn', 'skip'))


class Configuration(AsksGuests):
    def test_alias(self):
        guest = self.guest()
        os.rename(self.ssh_file('id_ed25519'), self.ssh_file('ml_key'))
        self.ssh_file('config', 'Host mlbox\n HostName 127.0.0.1\n Port %d\n User root\n IdentityFile ~/.ssh/ml_key\n'
                      % guest.port)
        self.assertGreen(self.asked(guest, name='mlbox'))

    def test_proxy_command(self):
        """It ends with gpucheck."""
        guest = self.guest()
        script = os.path.join(self.folder(), 'proxy')
        write(script, '#!/usr/bin/python3\nimport os, socket, sys, threading\n'
              's = socket.create_connection(("127.0.0.1", int(sys.argv[1])))\n'
              'def copy():\n    while (data := os.read(0, 65536)):\n        s.sendall(data)\n'
              'threading.Thread(target=copy, daemon=True).start()\n'
              'while (data := s.recv(65536)):\n    os.write(1, data)\n')
        self.ssh_file('config', 'Host mlbox\n HostName 127.0.0.1\n Port %d\n User root\n ProxyCommand /usr/bin/python3 %s %%p\n'
                      % (guest.port, script))
        self.assertGreen(self.asked(guest, name='mlbox'))

    def test_proxy_command_that_hangs(self):
        self.ssh_file('config', 'Host mlbox\n ProxyCommand sleep 300\n')
        self.assertNoLogin(self.asked(None, name='root@mlbox'), 'error')

    def test_broken(self):
        guest = self.guest()
        for text in ('Nonsense yes\n', 'Host\n', '\0\0', 'Port x\n', 'Include %s/.ssh/config\n' % self.home):
            self.ssh_file('config', text)
            with self.subTest(text=text):
                self.assertNotIn(self.asked(guest).verdict('guest.ssh'), ('skip', 'warn'))


class Sudo(AsksGuests):
    """Through sudo it is the caller's keys and known_hosts that count."""

    def setUp(self):
        super().setUp()
        self.roots_home, self.home = self.home, os.path.join(self.folder(), 'somebody')
        os.makedirs(os.path.join(self.home, '.ssh'), mode=0o700)
        self.passwd = os.path.join(self.folder(), 'passwd')
        with open('/etc/passwd', encoding='utf-8') as f:
            write(self.passwd, '%ssomebody:x:%d:%d::%s:/bin/sh\n' % (f.read(), SOMEBODY, SOMEBODY, self.home))

    def wrapped(self, command):
        subprocess.run(['chown', '-R', '%d:%d' % (SOMEBODY, SOMEBODY), self.home], check=True)
        own, self.home = self.home, self.roots_home
        try:
            return super().wrapped(command)
        finally:
            self.home = own

    def test_callers_key(self):
        self.use_key('client')
        self.assertGreen(self.asked(self.guest(), SUDO_UID=str(SOMEBODY), SUDO_USER='somebody', HOME='/root'))

    def test_roots_key_is_not_used(self):
        guest = self.guest()
        self.assertNoLogin(self.asked(guest, SUDO_UID=str(SOMEBODY)), 'fail')

    def test_roots_known_hosts_are_not_used(self):
        self.use_key('client')
        guest = self.guest(known=False)
        write(os.path.join(self.roots_home, '.ssh/known_hosts'), guest.known_hosts())
        self.assertNoLogin(self.asked(guest, SUDO_UID=str(SOMEBODY)), 'fail', 'not in known_hosts')

    def test_callers_name(self):
        self.use_key('client')
        report = self.asked(self.guest(), user='', SUDO_UID=str(SOMEBODY))
        self.assertRegex(report.reason('guest.ssh'), '^somebody@')

    def test_proxy_command_is_not_roots(self):
        """What the caller's configuration runs, runs as the caller."""
        told = os.path.join(self.folder(), 'told')
        write(told, '')
        os.chmod(told, 0o666)
        self.ssh_file('config', 'Host mlbox\n ProxyCommand id -u >%s\n' % told)
        self.assertNoLogin(self.asked(None, name='root@mlbox', SUDO_UID=str(SOMEBODY)), 'error')
        with open(told, encoding='utf-8') as f:
            self.assertEqual(f.read().strip(), str(SOMEBODY))

    def test_proxy_command_leaves_nothing(self):
        self.ssh_file('config', 'Host mlbox\n ProxyCommand sleep 600 >/dev/null 2>&1 </dev/null & id\n')
        self.assertNoLogin(self.asked(None, name='root@mlbox', SUDO_UID=str(SOMEBODY)), 'error')

    def test_root_through_sudo(self):
        self.home, self.passwd = self.roots_home, ''
        self.assertGreen(self.asked(self.guest(), SUDO_UID='0', SUDO_USER=pwd.getpwuid(0).pw_name))

    def test_bad_numbers(self):
        for text in ('x', '-1', '4294967295', '99999999999999999999', '54321x'):
            with self.subTest(text=text):
                report = self.asked(self.guest(), SUDO_UID=text)
                self.assertNoLogin(report, 'error')
                self.assertIn('SUDO_UID', report.reason('guest.ssh'))
