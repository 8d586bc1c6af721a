#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""driver.users: which services would be stopped, and that only those are, and only when it is allowed.

On a machine that is made up in namespaces (its processes, /sys, /dev and what could be changed), with a program in
systemctl's place that notes how it was called, and ends the process that it was to stop.
"""
import os
import subprocess
import unittest

from fixing import Fixing, described
from grub import NO_MOUNT_NAMESPACE
from harness import FAILED, environment
from hosts import unbound
from shown import NOTHING
from tree import differences

CHECK = 'driver.users'
SERVICES, SESSION = 'rtx3060-lightdm-holds-the-card', 'rtx3060-desktop-session-holds-the-card'
SYSTEMCTL = '/usr/bin/systemctl'
STANDS_IN = '''#!/bin/sh
echo "$*" >>%(folder)s/called
kill "$(cat %(folder)s/%(kills)s)"
exit %(status)d
'''
# A made-up machine: processes that hold nodes, in a cgroup of their own each, then gpucheck.
SCRIPT = '''set -e; folder=$1; holders=$2; shift 2
mount --bind "$folder/root/sys" /sys
mkdir -p "$folder/dev/dri" "$folder/dev/shm"; mount --bind /dev/shm "$folder/dev/shm"
mknod "$folder/dev/null" c 1 3; : >"$folder/dev/dri/card1"; : >"$folder/dev/dri/card2"
for path in boot etc var; do mount --bind "$folder/root/$path" "/$path"; done
mount --bind "$folder/systemctl" /usr/bin/systemctl
mount --rbind "$folder/dev" /dev
hold() { # NAME NODE CGROUP
    exec 9<"/dev/dri/$2"; sleep 60 & echo $! >"$folder/$1"; exec 9<&-
    echo "0::$3" >"$folder/$1.cgroup"; mount --bind "$folder/$1.cgroup" "/proc/$!/cgroup"
}
eval "$holders"
"$@" || echo "status $?" >&2
'''
LIGHTDM = 'hold lightdm card1 /system.slice/lightdm.service'
GAME = 'hold game card1 /user.slice/user-1000.slice/session-2.scope'
SSHD = 'hold sshd card1 /system.slice/ssh.service'
OTHER_CARD = 'hold other card2 /system.slice/other.service'


class Recorded(Fixing):
    """Below a root the plan only names them."""

    def assertNamed(self, host, *words):
        root, _ = self.recorded_host(host)
        before = self.tree(root)
        for arguments in ((), ('--allow-disruption',)):
            plan = self.plan(root, CHECK, *arguments)
            self.assertIn(NOTHING, plan.text)
            self.assertEqual(len(plan.by_hand), 1)
            for word in words:
                self.assertIn(word, plan.by_hand[0])
            self.assertEqual(self.fix(root, CHECK, *arguments).status, FAILED)
            self.assertEqual(differences(before, self.tree(root)), {})

    def test_services(self):
        self.assertNamed(SERVICES, 'stop lightdm.service', '(systemctl stop lightdm.service)')

    def test_sessions(self):
        self.assertNamed(SESSION, 'gnome-shell (2201, ', 'log its user out', 'ollama (4100, docker-4f1c.scope)',
                         'python3 (4711)')


@unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(SYSTEMCTL), 'needs root, and a systemctl to put another over')
class Live(Fixing):
    def machine(self, *holders, arguments=(), kills='lightdm', status=0):
        """gpucheck --fix on it; how systemctl was called, and the run."""
        root = self.copied(described(unbound()))
        folder = os.path.dirname(root.folder)
        root.write('sys/bus/pci/devices/0000:01:00.0/drm/card1/dev', '226:1\n')
        os.makedirs(root.at('var'), exist_ok=True)
        with open(os.path.join(folder, 'systemctl'), 'w', encoding='utf-8') as f:
            f.write(STANDS_IN % {'folder': folder, 'kills': kills, 'status': status})
        os.chmod(f.name, 0o755)
        self.before = self.tree(root)
        command = ['unshare', '-m', '-p', '-f', '--mount-proc', 'sh', '-c', SCRIPT, 'sh', folder, '\n'.join(holders),
                   os.environ['GPUCHECK'], '--fix', '--gpu', '0000:01:00.0', CHECK, *arguments]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment(),
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(differences(self.before, self.tree(root)), {})
        called = os.path.join(folder, 'called')
        if not os.path.exists(called):
            return [], done
        with open(called, encoding='utf-8') as f:
            return f.read().splitlines(), done

    def test_stopped(self):
        calls, run = self.machine(LIGHTDM, OTHER_CARD, arguments=('--yes', '--allow-disruption'))
        self.assertEqual(calls, ['stop -- lightdm.service'], run.stderr)
        self.assertIn('systemctl start lightdm.service starts it again', run.stderr)
        self.assertIn('no process of this host has a device node of the card open', run.stdout)
        self.assertNotIn('status', run.stderr.splitlines()[-1])

    def test_only_when_allowed(self):
        calls, run = self.machine(LIGHTDM, arguments=('--yes',))
        self.assertEqual(calls, [])
        self.assertIn('lightdm.service would be stopped (--allow-disruption)', run.stderr)

    def test_dry_run(self):
        calls, run = self.machine(LIGHTDM, arguments=('--dry-run', '--allow-disruption'))
        self.assertEqual(calls, [])
        self.assertIn('lightdm.service is stopped', run.stdout)

    def test_nobody_is_asked(self):
        calls, run = self.machine(LIGHTDM, arguments=('--allow-disruption',))
        self.assertEqual(calls, [])
        self.assertIn('nothing was changed', run.stderr)

    def test_half_of_it_is_left(self):
        """A session's process holds it as well: stopping the service would free nothing."""
        calls, run = self.machine(LIGHTDM, GAME, arguments=('--yes', '--allow-disruption'))
        self.assertEqual(calls, [])
        self.assertIn('session-2.scope): close it, or log its user out; then stop lightdm.service', run.stderr)

    def test_kept_service(self):
        calls, run = self.machine(SSHD, arguments=('--yes', '--allow-disruption'))
        self.assertEqual(calls, [])
        self.assertIn('ssh.service): this host needs that service', run.stderr)

    def test_systemctl_fails(self):
        calls, run = self.machine(LIGHTDM, arguments=('--yes', '--allow-disruption'), status=5)
        self.assertEqual(calls, ['stop -- lightdm.service'])
        self.assertIn('stopping lightdm.service: systemctl stop failed with status 5', run.stderr)
        self.assertIn('status %d' % FAILED, run.stderr)

    def test_it_comes_back(self):
        """systemd says that it is stopped, and somebody holds the card all the same: tried once."""
        calls, run = self.machine(LIGHTDM, 'hold again card1 /system.slice/lightdm.service',
                                  arguments=('--yes', '--allow-disruption'), kills='again')
        self.assertEqual(calls, ['stop -- lightdm.service'], run.stderr)
        self.assertIn('status %d' % FAILED, run.stderr)


if __name__ == '__main__':
    unittest.main()
