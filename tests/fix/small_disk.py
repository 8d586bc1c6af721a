# SPDX-License-Identifier: GPL-2.0-or-later
"""A root on a file system of its own: small, full or read-only, in a mount namespace that ends with the script.

The script is shell; it has the root as $1 and the program as $2, and what it prints is what the test sees.
"""
import os
import subprocess

from harness import environment, gpucheck, text

SECONDS = 120
SETUP = '''set -e; here=$1; options=$2; from=$3; program=$4; script=$5
mount -t tmpfs -o "size=64m,$options" none "$here"
cp -a "$from/." "$here"
exec sh -euc "$script" sh "$here" "$program"'''


def on_file_system(folder, options, root, script):
    """Status, standard output and standard error of the script, with a copy of the root on the file system."""
    done = subprocess.run(['unshare', '-m', 'sh', '-c', SETUP, 'sh', folder, options, root, gpucheck(), script],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, env=environment(),
                          check=False)
    return done.returncode, text(done.stdout), text(done.stderr)


def count(root):
    """What the root takes of a file system: files, folders and links."""
    return 1 + sum(len(folders) + len(files) for _, folders, files in os.walk(root))
