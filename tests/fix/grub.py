# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine's own grub-mkconfig over a root's /etc/default and /boot, in a mount namespace: it writes to a pipe.

grub-probe, which looks at disks, is a stand-in: the machine's disks do not matter here, and a container has none.
"""
import os
import re
import shlex
import shutil
import subprocess

from harness import NO_MOUNT_NAMESPACE, environment

MKCONFIG, PROBE, LINUX = '/usr/sbin/grub-mkconfig', '/usr/sbin/grub-probe', '/etc/grub.d/10_linux'
MISSING = [path for path in (MKCONFIG, PROBE, LINUX) if not os.path.exists(path)]
NO_MKCONFIG = NO_MOUNT_NAMESPACE or ('no %s (Debian: grub-common)' % MISSING[0] if MISSING else '')
SHELL, OTHER_SHELL = ('dash',), ('bash', '--posix')  # /bin/sh of Debian, and of those who changed it
SECONDS = 60

# The kernel of the default entry; only names count.
KERNEL = '6.1.0-99-amd64'
STANDS_IN = '''#!/bin/sh
for word; do case $word in --target=*) target=${word#*=};; esac; done
case $target in
device) echo /dev/sda1 ;;
fs_uuid) echo 6a1f0b52-3c0e-4d7e-9a55-0d2f4c1be3a7 ;;
fs) echo ext2 ;;
partmap) echo gpt ;;
compatibility_hint) echo hd0,gpt1 ;;
abstraction | hints_string) ;;
*) exit 1 ;;
esac
'''
MOUNTS = '''set -e; inside=$1; root=$2; shift 2
mount --bind "$root/etc/default" /etc/default; mount --bind "$inside/boot" /boot
mount --bind "$inside/grub.d" /etc/grub.d; mount --bind "$inside/grub-probe" %s
exec "$@" %s''' % (PROBE, MKCONFIG)
# The first entry is the default one: 00_header, which would say so, is left out.
ENTRY_LINE = re.compile(r'^\s*linux\s+(.*)$', re.M)


class Mkconfig:
    """Makes a grub.cfg for a root; what it needs lies in a folder."""

    def __init__(self, folder):
        self.folder = folder
        for name in ('boot', 'grub.d'):
            os.mkdir(os.path.join(folder, name))
        for name in ('vmlinuz-', 'initrd.img-'):
            with open(os.path.join(folder, 'boot', name + KERNEL), 'wb'):
                pass
        shutil.copy(LINUX, os.path.join(folder, 'grub.d'))
        with open(os.path.join(folder, 'grub-probe'), 'w', encoding='utf-8') as f:
            f.write(STANDS_IN)
        os.chmod(f.name, 0o755)

    def run(self, root, shell=SHELL):
        """The grub.cfg for the root's settings."""
        done = subprocess.run(['unshare', '-m', 'sh', '-c', MOUNTS, 'sh', self.folder, root.folder, *shell],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS,
                              env=environment(), check=False)
        assert done.returncode == 0 and KERNEL in done.stdout, done.stderr
        # The folder that lies over /boot is told from the file system.
        return done.stdout.replace(os.path.join(self.folder, 'boot'), '/boot')


def linux_lines(grub_cfg):
    """The words of every linux line behind the kernel; the first entry's first."""
    return [shlex.split(line)[1:] for line in ENTRY_LINE.findall(grub_cfg)]
