# SPDX-License-Identifier: GPL-2.0-or-later
"""The namespaces that the tests live in, and whether this machine lets us have them."""
import os
import subprocess

WHY_NOT = 'GPUCHECK_FLEET_WHY_NOT'

# Killing the first process of a process namespace kills all others, and the networks and mounts go with the last.
OWN = ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc']

# What the hosts need: a bridge, a network of a name, an overlay above this machine's files.
PROBE = '''set -e
mount -t tmpfs none /run
ip link add fleet type bridge
ip netns add probe
ip link add v0 type veth peer name eth0 netns probe
mkdir /run/upper /run/work /run/root
mount -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work overlay /run/root
'''


def why_not():
    """'' where the hosts can be had; else what was refused."""
    try:
        done = subprocess.run([*OWN, 'sh', '-c', PROBE], capture_output=True, text=True, timeout=60, check=False)
    except OSError as e:
        return str(e)
    return (done.stderr.strip() or 'unshare fails') if done.returncode else ''


def refused():
    """The same, as run.py found it out."""
    return os.environ[WHY_NOT]
