# SPDX-License-Identifier: GPL-2.0-or-later
"""SSH keys, each made once by a process; they lie beside the built roots and go with them."""
import os
import subprocess

from harness import kept_roots


def key(name, kind='ed25519', passphrase=''):
    """Path of a private key; beside it .pub."""
    words = (name, kind, 'locked' if passphrase else 'open', str(os.getpid()))
    path = os.path.join(kept_roots(), 'key-' + '-'.join(words))
    if not os.path.exists(path):
        subprocess.run(['ssh-keygen', '-q', '-t', kind, '-N', passphrase, '-C', name, '-f', path], check=True,
                       stdin=subprocess.DEVNULL)
    return path


def public(path):
    """Its public half, as known_hosts and authorized_keys have it."""
    with open(path + '.pub', encoding='ascii') as f:
        return ' '.join(f.read().split()[:2])
