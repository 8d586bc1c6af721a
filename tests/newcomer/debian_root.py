# SPDX-License-Identifier: GPL-2.0-or-later
"""An empty Debian 12 in a folder, with git and a user who may call sudo: what a newcomer begins with."""
import os
import shutil
import subprocess
import tempfile

import image  # tests/lab: how this machine reaches Debian's archive

PACKAGES = ['git', 'ca-certificates', 'sudo']
USER = 'newcomer'
MAKE_SECONDS, STEP_SECONDS = 900, 1800
# Private mounts, gone with the last process.
ENTER = '''
    mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount -t sysfs -o ro sysfs "$0/sys" &&
    exec chroot "$0" runuser -u %s -- env -i HOME=/home/%s PATH=/usr/local/bin:/usr/bin:/bin LC_ALL=C.UTF-8 \\
        DEBIAN_FRONTEND=noninteractive sh -e -c "$1"
''' % (USER, USER)


class Root:
    def __init__(self):
        # Not /tmp: it may be memory, and a root is a gigabyte.
        self.work = tempfile.mkdtemp(prefix='gpucheck-newcomer-', dir='/var/tmp')
        self.folder = os.path.join(self.work, 'root')

    def __enter__(self):
        try:
            self.make()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def make(self):
        options = [*image.apt_options(), 'APT::Install-Recommends "false"', 'APT::Get::Assume-Yes "true"']
        command = ['mmdebstrap', '--quiet', '--variant=minbase', '--include=' + ','.join(PACKAGES),
                   *('--aptopt=' + option for option in options),
                   '--customize-hook=chroot "$1" useradd --create-home --shell /bin/sh %s' % USER,
                   '--customize-hook=echo "%s ALL=(ALL) NOPASSWD: ALL" >"$1/etc/sudoers.d/%s"' % (USER, USER),
                   '--customize-hook=cp /etc/resolv.conf /etc/hosts "$1/etc/"',
                   image.SUITE, self.folder, *image.apt_sources()]
        subprocess.run(command, check=True, timeout=MAKE_SECONDS)

    def remove(self):
        # A mount that is left would take this machine's own files along.
        with open('/proc/self/mounts', encoding='utf-8') as f:
            if any(line.split()[1].startswith(self.work) for line in f):
                raise RuntimeError('something is still mounted below %s' % self.work)
        shutil.rmtree(self.work)

    def at(self, path):
        return os.path.join(self.folder, path.lstrip('/'))

    def run(self, script):
        """Status and output of a script of shell that the user runs inside, in namespaces of its own."""
        done = subprocess.run(['unshare', '--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private',
                               'sh', '-e', '-c', ENTER, self.folder, script], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=STEP_SECONDS,
                              encoding='utf-8', errors='backslashreplace')
        return done.returncode, done.stdout
