# SPDX-License-Identifier: GPL-2.0-or-later
"""A root's /etc/modprobe.d as the machine's own modprobe reads it (modprobe -C FOLDER -c)."""
import os
import shutil
import subprocess

from harness import environment

MODPROBE = shutil.which('modprobe', path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin')
NO_MODPROBE = '' if MODPROBE else 'no modprobe (Debian: kmod)'


def configuration(folder):
    """The lines of modprobe's own dump that come from files, without what it thinks of it."""
    done = subprocess.run([MODPROBE, '-C', folder, '-c'], capture_output=True, text=True, env=environment(), check=True)
    assert done.stderr == '', done.stderr
    return [line for line in done.stdout.split('\n# End of configuration files')[0].splitlines() if line]


def options(folder, module='vfio_pci'):
    """Values of a module's options by name, the last one of each: as the kernel takes them."""
    found = {}
    for line in configuration(folder):
        words = line.split()
        if words[:2] == ['options', module]:
            found.update(word.partition('=')[::2] for word in words[2:])
    return found


def softdeps(folder):
    """Module -> what is loaded before it, of the first line about it: that is the one in effect."""
    found = {}
    for line in configuration(folder):
        # kmod 30 leaves out the blank before post: when it prints.
        words = line.replace('post:', ' post: ').split()
        if words[:1] == ['softdep'] and 'pre:' in words:
            before = words[words.index('pre:') + 1:]
            found.setdefault(words[1], before[:before.index('post:')] if 'post:' in before else before)
    return found
