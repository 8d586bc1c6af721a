# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts: a network namespace on one bridge, a view of this machine's files that only it writes to, and OpenSSH's sshd.

The bridge is in the namespace that the tests run in, where the controller is. No address is this machine's.
"""
import os
import socket
import subprocess
import sys
import time

from harness import built_root

ADDRESS = '198.51.100.%d'  # RFC 5737: for examples
CONTROLLER = ADDRESS % 1
REFUSES = ADDRESS % 251  # an address without sshd
NOBODY = ADDRESS % 252
SECONDS = 60
RECORD = '/srv/recorded'  # where a host shows its recorded root

# Run in the host's namespaces. Its /run is new, and it knows no apt source but what is installed.
INSIDE = '''set -e
folder=$1 name=$2 address=$3 recorded=$4
hostname "$name"
ip link set lo up
ip address add "$address/24" dev eth0
ip link set eth0 up
mount -t tmpfs -o mode=755 none "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$folder/root"
cd "$folder/root"
mount -t proc proc proc
mount --rbind /dev dev
for own in run tmp var/lib/apt/lists; do mount -t tmpfs -o mode=1777 none "$own"; done
mkdir -p -m 755 run/sshd ".$5"
mount --bind "$recorded" ".$5"
mount --bind "$6" mnt
exec chroot . /usr/sbin/sshd -D -e -f /mnt/sshd_config'''

SSHD = '''HostKey /mnt/host_key
AuthorizedKeysFile /mnt/authorized_keys
AllowUsers root
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
SetEnv SYSTEMD_OFFLINE=1
Subsystem sftp internal-sftp
'''


def new_key(path):
    """A key pair; its public half, as known_hosts has it."""
    subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path], check=True)
    with open(path + '.pub', encoding='ascii') as f:
        return f.read().strip()


def write(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


class Host:
    """One of them; variables are the inventory's."""

    def __init__(self, number, name, fixture, variables):
        self.number, self.name, self.fixture, self.variables = number, name, fixture, variables
        self.address = ADDRESS % (10 + number)
        self.process = None

    def lines_of_ip(self):
        return ['netns add host%d' % self.number,
                'link add v%d type veth peer name eth0 netns host%d' % (self.number, self.number),
                'link set v%d master fleet up' % self.number]

    def start(self, work, authorized):
        """Start its sshd; gives the line of known_hosts."""
        self.folder = os.path.join(work, self.name)
        self.recorded = os.path.join(self.folder, 'recorded')
        keys = os.path.join(self.folder, 'keys')
        for path in ('root', 'keys'):
            os.makedirs(os.path.join(self.folder, path))
        subprocess.run(['cp', '-a', built_root(self.fixture), self.recorded], check=True)
        public = new_key(os.path.join(keys, 'host_key'))
        write(os.path.join(keys, 'authorized_keys'), authorized + '\n')
        write(os.path.join(keys, 'sshd_config'), SSHD)
        self.log = open(os.path.join(self.folder, 'log'), 'wb')
        self.process = subprocess.Popen(
            ['nsenter', '--net=/run/netns/host%d' % self.number, 'unshare', '--mount', '--uts', '--pid', '--fork',
             '--kill-child', 'sh', '-c', INSIDE, 'sh', os.path.join(self.folder, 'root'), self.name, self.address,
             self.recorded, RECORD, keys], stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        return '%s %s\n' % (self.address, public)

    def wait(self, deadline):
        """Until sshd greets."""
        while True:
            try:
                with socket.create_connection((self.address, 22), timeout=5) as connection:
                    if connection.recv(4) == b'SSH-':
                        return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                with open(os.path.join(self.folder, 'log'), encoding='utf-8') as f:
                    raise RuntimeError('%s has no sshd: %s' % (self.name, f.read()))
            time.sleep(0.1)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.log.close()


class Network:
    """All hosts, the key that opens them, and the inventory that tells Ansible of them."""

    def __init__(self, work, hosts, silent):
        """silent: names and addresses of hosts where no sshd answers."""
        self.work, self.hosts, self.silent = work, hosts, silent
        self.key, self.known = (os.path.join(work, name) for name in ('key', 'known_hosts'))

    def start(self):
        subprocess.run(['mount', '-t', 'tmpfs', 'none', '/run'], check=True)
        lines = ['link set lo up', 'link add fleet type bridge', 'link set fleet up',
                 'address add %s/24 dev fleet' % CONTROLLER, 'address add %s/24 dev fleet' % REFUSES]
        for host in self.hosts:
            lines += host.lines_of_ip()
        subprocess.run(['ip', '-batch', '-'], input='\n'.join(lines), text=True, check=True)
        authorized = new_key(self.key)
        write(self.known, ''.join(host.start(self.work, authorized) for host in self.hosts))
        deadline = time.monotonic() + SECONDS
        for host in self.hosts:
            host.wait(deadline)

    def stop(self):
        for host in self.hosts:
            host.stop()

    def ssh_options(self):
        return ['-F', 'none', '-o', 'UserKnownHostsFile=' + self.known, '-o', 'IdentitiesOnly=yes']

    def ssh(self, host, *command):
        """What a command on a host prints; empty when it fails."""
        done = subprocess.run(['ssh', *self.ssh_options(), '-o', 'BatchMode=yes', '-i', self.key, 'root@' + host.address,
                               *command], capture_output=True, text=True, timeout=SECONDS, check=False)
        return done.stdout if done.returncode == 0 else ''

    def inventory(self):
        """As JSON, which is YAML, so that no quoting has to be thought of. Ansible's files of localhost go below work."""
        local = {'ansible_connection': 'local', 'ansible_python_interpreter': sys.executable,
                 'ansible_remote_tmp': os.path.join(self.work, 'tmp')}
        members = {host.name: {'ansible_host': host.address, 'gpucheck_root': RECORD, **host.variables}
                   for host in self.hosts}
        members.update({name: {'ansible_host': address} for name, address in self.silent.items()})
        shared = {'ansible_user': 'root', 'ansible_ssh_private_key_file': self.key,
                  'ansible_ssh_common_args': ' '.join(self.ssh_options()),
                  'ansible_python_interpreter': '/usr/bin/python3'}
        return {'gpu_hosts': {'hosts': members, 'vars': shared}, 'controller': {'hosts': {'localhost': local}}}
