# SPDX-License-Identifier: GPL-2.0-or-later
"""A .deb to hand out: the one that ./dev package made, or the build folder's programs in the plainest package."""
import glob
import os
import subprocess

from harness import SOURCE, gpucheck

CONTROL = '''Package: gpucheck
Version: 0.1.0
Architecture: %s
Maintainer: gpucheck <gpucheck@localhost>
Description: checks GPUs for use in VMs
'''


def plain(work):
    tree = os.path.join(work, 'package')
    # To where the programs look for each other: the prefix that they were built for.
    subprocess.run(['cmake', '--install', os.path.dirname(gpucheck()), '--strip'], check=True,
                   stdout=subprocess.DEVNULL, env={**os.environ, 'DESTDIR': tree})
    os.mkdir(os.path.join(tree, 'DEBIAN'))
    architecture = subprocess.run(['dpkg', '--print-architecture'], check=True, capture_output=True, text=True).stdout
    with open(os.path.join(tree, 'DEBIAN/control'), 'w', encoding='utf-8') as f:
        f.write(CONTROL % architecture.strip())
    path = os.path.join(work, 'gpucheck.deb')
    subprocess.run(['dpkg-deb', '-Zgzip', '--root-owner-group', '--build', tree, path], check=True,
                   stdout=subprocess.DEVNULL)
    return path


def package(work):
    """One that is older than the program would not be what is tested."""
    made = [path for path in glob.glob(os.path.join(SOURCE, 'build/package/gpucheck_*.deb'))
            if os.path.getmtime(path) > os.path.getmtime(gpucheck())]
    return max(made, key=os.path.getmtime) if made else plain(work)
