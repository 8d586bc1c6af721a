# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests: OpenSSH's sshd on a socket of loopback, in a mount namespace where /sys and root's home are a folder's.

The listening socket is ours and sshd gets each connection it accepts (sshd -i): no port has to be guessed.
"""
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import keys

GPU = ('0000:05:00.0', '0x030000', '0x10de', '0x2504', 'nvidia')
AUDIO = ('0000:05:00.1', '0x040300', '0x10de', '0x228e', 'snd_hda_intel')
OWN = ('0000:00:00.0', '0x060000', '0x8086', '0x29c0', None)
CARD = (OWN, GPU, AUDIO)

# Lines of `resource` that are not empty, by class: of the host's RTX 3060 and its companion, as a guest shows them.
WINDOWS = {
    '0x030000': {0: (0xf6000000, 0xf6ffffff, 0x40200), 1: (0x380000000000, 0x38000fffffff, 0x14220c),
                 3: (0x380010000000, 0x380011ffffff, 0x14220c), 5: (0x7000, 0x707f, 0x40101)},
    '0x040300': {0: (0xf7000000, 0xf7003fff, 0x40200)},
}
WINDOWS['0x030200'] = {line: one for line, one in WINDOWS['0x030000'].items() if line != 5}
VERSION = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Tue Apr  8 12:41:17 UTC 2025\n'

INSIDE = '''set -e; guest=$1; home=$2; shift 2
mount -t tmpfs none /run; mkdir -m 755 /run/sshd
mount --bind "$guest/home" "$home"; mount --bind "$guest/sys" /sys
mount --bind "$guest/bin" /usr/local/bin; mount --bind "$guest/driver" /proc/driver
[ ! -e "$guest/passwd" ] || mount --bind "$guest/passwd" /etc/passwd
"$@" || exit'''
SETTINGS = '''HostKey %(hostkey)s
AuthorizedKeysFile %(folder)s/home/.ssh/authorized_keys
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PrintMotd no
'''


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(content)


def resource(windows):
    """The text of a `resource` file; windows: line to (start, end, flags)."""
    return ''.join('0x%016x 0x%016x 0x%016x\n' % windows.get(line, (0, 0, 0)) for line in range(13))


def echoed(function):
    """The lines that our command prints of a function, as shell commands that print them."""
    address, kind, vendor, device, driver = function
    lines = ['pci %s %s %s %s' % (address, kind, vendor, device), 'bars ' + address]
    lines += ['bar %s %d 0x%016x 0x%016x 0x%016x' % (address, line, *one) for line, one in WINDOWS[kind].items()]
    lines += ['driver %s %s' % (driver, address)]
    if driver == 'nvidia':
        lines += ['nvidia 550.163.01 closed', 'smi run', 'smi says 0000' + address, 'smi status 0']
    return ''.join('echo %s; ' % line for line in lines)


def write_sys(folder, functions):
    """sys/bus/pci of a machine that has these; drivers hold links to their devices, and other files too."""
    bus = os.path.join(folder, 'bus/pci')
    for name in ('devices', 'drivers/pcieport'):
        os.makedirs(os.path.join(bus, name))
    for address, kind, vendor, device, driver in functions:
        place = os.path.join(folder, 'devices/pci0000:00', address)
        os.makedirs(place)
        for name, value in (('class', kind), ('vendor', vendor), ('device', device)):
            write(os.path.join(place, name), value + '\n')
        if kind in WINDOWS:
            write(os.path.join(place, 'resource'), resource(WINDOWS[kind]))
        os.symlink('../../../devices/pci0000:00/' + address, os.path.join(bus, 'devices', address))
        if driver:
            write(os.path.join(bus, 'drivers', driver, 'bind'), '')
            os.symlink('../../../bus/pci/drivers/' + driver, os.path.join(place, 'driver'))
            os.symlink('../../../../devices/pci0000:00/' + address, os.path.join(bus, 'drivers', driver, address))


class Server:
    """A listening socket on loopback; answer(connection) serves each caller in a thread."""

    def __init__(self, answer, listen=True):
        self.socket = socket.socket()
        self.socket.bind(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        self.answer = answer
        if listen:
            self.listen()

    def listen(self):
        self.socket.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.talk, args=(self.socket.accept()[0],), daemon=True).start()

    def talk(self, connection):
        with connection, contextlib.suppress(OSError):
            self.answer(connection)

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Guest(Server):
    """A guest whose bus shows these functions; its nvidia-smi lists those that are on nvidia.

    force: a script that runs instead of the asked command. settings: lines of sshd_config. shell: root's login shell.
    """

    def __init__(self, functions=CARD, force=None, settings='', shell=None, profile='', hostkey='host', listen=True):
        self.folder = tempfile.mkdtemp(prefix='gpucheck-guest-')
        self.running = []
        self.hostkey = keys.key(hostkey)
        self.set_up(functions, force, settings, shell, profile)
        super().__init__(self.sshd, listen)

    def at(self, path):
        return os.path.join(self.folder, path)

    def set_up(self, functions, force, settings, shell, profile):
        os.mkdir(self.at('sys'))
        if functions is not None:
            write_sys(self.at('sys'), functions)
        self.set_up_nvidia([one[0] for one in functions or () if one[4] == 'nvidia'])
        write(self.at('home/.bashrc'), profile)
        write(self.at('home/.ssh/authorized_keys'), keys.public(keys.key('client')) + '\n')
        if force is not None:
            write(self.at('force'), force)
            settings += 'ForceCommand /bin/sh %s\n' % self.at('force')
        write(self.at('sshd_config'), settings + SETTINGS % {'folder': self.folder, 'hostkey': self.hostkey})
        with open('/etc/passwd', encoding='utf-8') as f:
            users = f.read().splitlines()
        me = pwd.getpwuid(0).pw_name + ':'
        users = [':'.join(line.split(':')[:-1] + [shell or '/bin/bash']) if line.startswith(me) else line
                 for line in users]
        write(self.at('passwd'), '\n'.join(users) + '\n')

    def set_up_nvidia(self, addresses):
        for name in ('bin', 'driver'):
            os.mkdir(self.at(name))
        if addresses:
            write(self.at('sys/module/nvidia/version'), '550.163.01\n')
            write(self.at('driver/nvidia/version'), VERSION)
            self.program('nvidia-smi', ''.join('echo 0000%s\n' % one.upper() for one in addresses))

    def program(self, name, script):
        """A program of the guest's, in the first folder of PATH."""
        write(self.at('bin/' + name), '#!/bin/sh\n' + script)
        os.chmod(self.at('bin/' + name), 0o755)

    def function(self, address, file, text):
        """Another content for a file of a function."""
        write(self.at('sys/devices/pci0000:00/%s/%s' % (address, file)), text)

    def sshd(self, connection):
        # With process ids of its own, whatever a guest starts ends with it.
        command = ['unshare', '-m', '-p', '--fork', '--kill-child', 'sh', '-c', INSIDE, 'sh', self.folder, pwd.getpwuid(0).pw_dir,
                   '/usr/sbin/sshd', '-i', '-E', self.at('log'), '-f', self.at('sshd_config')]
        process = subprocess.Popen(command, stdin=connection, stdout=connection, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        self.running.append(process)
        process.wait()

    def known_hosts(self):
        return '[127.0.0.1]:%d %s\n' % (self.port, keys.public(self.hostkey))

    def close(self):
        super().close()
        for process in self.running:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        shutil.rmtree(self.folder)
