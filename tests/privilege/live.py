# SPDX-License-Identifier: GPL-2.0-or-later
"""Root on a live host: a recorded host's folders lie over this machine's, in a mount namespace, and commands run.

Debian's update-grub is a script of sh that starts programs by their names: so is the one here, which makes grub.cfg of
the settings without looking at disks. A container has none.
"""
import os
import shutil
import subprocess
import unittest

from fixing import Fixing
from grub import MKCONFIG, NO_MKCONFIG
from harness import NOBODY, Run, environment, gpucheck, text
from tree import snapshot

HOST = 'rtx3060-vtd-off-by-argument'
CHECK = 'iommu.cmdline'
DROP_IN = 'etc/default/grub.d/99-gpucheck.cfg'
LAID_OVER = ('sys', 'proc/cmdline', 'proc/cpuinfo', 'proc/interrupts', 'boot', 'etc', 'usr/sbin', 'var/lib')
MOUNTS = '''set -e; root=$1; here=$2; shift 2
for path in %s; do mount --bind "$root/$path" "/$path"; done
mount -t tmpfs none /run
cd "$here"; exec "$@"''' % ' '.join(LAID_OVER)
UPDATE_GRUB = r'''#!/bin/sh
set -e
. /etc/default/grub
for file in /etc/default/grub.d/*.cfg; do [ -e "$file" ] && . "$file"; done
words="$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT"
sed "s|^\([[:space:]]*linux[[:space:]]*[^ ]* root=[^ ]* ro\).*|\1 $words|" /boot/grub/grub.cfg >/boot/grub/grub.cfg.new
cat /boot/grub/grub.cfg.new >/boot/grub/grub.cfg
rm /boot/grub/grub.cfg.new
'''
# The machine's own, that programs on it cannot do without.
KEPT = ('passwd', 'group', 'nsswitch.conf', 'ld.so.cache', 'alternatives')
SECONDS = 300


@unittest.skipIf(NO_MKCONFIG, NO_MKCONFIG)
@unittest.skipUnless(NOBODY, 'needs root')
class Live(Fixing):
    seconds = SECONDS

    def setUp(self):
        self.root = self.machine()
        self.work = self.folder()

    def machine(self):
        root, _ = self.recorded_host(HOST)
        root.write('usr/sbin/update-grub', UPDATE_GRUB)
        os.chmod(root.at('usr/sbin/update-grub'), 0o755)
        shutil.copy(MKCONFIG, root.at('usr/sbin'))  # gpucheck looks into it: does it read grub.d?
        os.makedirs(root.at('var/lib'), exist_ok=True)
        for name in KEPT:
            if os.path.isdir('/etc/' + name):
                shutil.copytree('/etc/' + name, root.at('etc/' + name), symlinks=True)
            elif os.path.exists('/etc/' + name):
                shutil.copy('/etc/' + name, root.at('etc/' + name))
        return root

    def live(self, *arguments, prefix=(), here='/', root=None, before='', **env):
        """gpucheck on that host; before: lines of shell that are run as root ahead of it."""
        script = MOUNTS.replace('cd "$here"', before + '\ncd "$here"')
        done = subprocess.run(['unshare', '-m', 'sh', '-c', script, 'sh', (root or self.root).folder, here, *prefix,
                               gpucheck(), *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS,
                              env=environment(**env), check=False)
        return Run(done.returncode, text(done.stdout), text(done.stderr))

    def fix_live(self, *arguments, **how):
        return self.live('--fix', '--yes', *arguments, CHECK, **how)

    def assertFixed(self, run, root=None):
        self.assertIn('plan 1 is applied', run.stderr, run.stdout)
        with open((root or self.root).at('boot/grub/grub.cfg'), encoding='utf-8') as f:
            self.assertNotIn('intel_iommu=off', f.read())

    def written(self, root=None):
        """Path -> kind, mode, owner and content of everything: what a run leaves but for the times it names."""
        return {path: (one.kind, one.mode, one.owner, None if path.endswith(('record.json', 'lock')) else one.content)
                for path, one in snapshot((root or self.root).folder).items()}
