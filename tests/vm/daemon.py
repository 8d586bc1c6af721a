# SPDX-License-Identifier: GPL-2.0-or-later
"""A libvirt of the test's own with its QEMU driver: a session daemon with folders and a socket apart from the machine's.

A session daemon needs an owner who is not root, so that root's tests start it as nobody. VMs have no KVM.
"""
import contextlib
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

from harness import NOBODY, kept_roots
from machines import left_of

SECONDS = 60
NOBODY_ID = 65534
DAEMONS = {'libvirtd': 'libvirt-sock', 'virtqemud': 'virtqemud-sock'}
PATH = os.environ.get('PATH', '') + ':/usr/sbin:/usr/bin:/sbin:/bin'
LIBRARIES = ('/usr/lib', '/usr/lib64', '/usr/lib/*-linux-gnu*')


def installed(program):
    return shutil.which(program, path=PATH)


def why_no_daemon():
    """'' where one can be started."""
    if not any(map(installed, DAEMONS)):
        return 'no libvirtd and no virtqemud (Debian: libvirt-daemon)'
    if not any(glob.glob(folder + '/libvirt/connection-driver/libvirt_driver_qemu.so') for folder in LIBRARIES):
        return 'libvirt has no QEMU driver (Debian: libvirt-daemon-driver-qemu)'
    for program, package in (('virsh', 'libvirt-clients'), ('qemu-system-x86_64', 'qemu-system-x86'),
                             ('qemu-img', 'qemu-utils'), ('setpriv', 'util-linux')):
        if not installed(program):
            return 'no %s (Debian: %s)' % (program, package)
    return ''


NO_DAEMON = why_no_daemon()


def own(folder):
    """A folder that is the daemon's."""
    os.makedirs(folder, exist_ok=True)
    if NOBODY:
        os.chown(folder, NOBODY_ID, NOBODY_ID)
    return folder


class Daemon:
    """Runs from start() to close(); what it keeps is below folder."""

    def __init__(self):
        # Its sockets' paths have to be short, wherever the tests' folders are.
        self.folder = tempfile.mkdtemp(prefix='gpucheck-virt-', dir='/tmp')
        os.chmod(self.folder, 0o755)
        own(self.folder)
        self.definitions = os.path.join(self.folder, 'config/libvirt/qemu')
        # What QEMU can do is found out once for all tests.
        cache = own(os.path.join(kept_roots(), 'libvirt-cache'))
        self.environment = {'PATH': PATH, 'LC_ALL': 'C.UTF-8', 'HOME': own(self.at('home')), 'XDG_CACHE_HOME': cache,
                            'XDG_RUNTIME_DIR': own(self.at('run')), 'XDG_CONFIG_HOME': own(self.at('config')),
                            'XDG_DATA_HOME': own(self.at('data'))}
        own(self.at('config/libvirt'))
        # QEMU's own output into files: virtlogd would be one more process to end.
        with open(self.at('config/libvirt/qemu.conf'), 'w', encoding='utf-8') as f:
            f.write('stdio_handler = "file"\n')
        self.program = next(filter(installed, DAEMONS))
        self.uri = 'qemu+unix:///session?socket=' + self.at('run/libvirt/' + DAEMONS[self.program])
        self.process = None

    def at(self, path):
        return os.path.join(self.folder, path)

    def start(self):
        with open(self.at('log'), 'ab') as log:
            self.process = subprocess.Popen([*(NOBODY or ['setpriv']), '--pdeathsig', 'KILL', installed(self.program)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                                            start_new_session=True)
        deadline = time.monotonic() + SECONDS
        while subprocess.run(self.virsh_command('uri'), capture_output=True, env=self.environment).returncode:
            if time.monotonic() > deadline or self.process.poll() is not None:
                with open(self.at('log'), encoding='utf-8') as log:
                    raise AssertionError('%s does not answer: %s' % (self.program, log.read()[-2000:]))
            time.sleep(0.05)

    def stop(self):
        """End the daemon alone: the VMs run on, as they do when libvirt is upgraded."""
        if self.process:
            self.process.terminate()
            self.process.wait(SECONDS)
            assert left_of(self.process.pid) == []
            self.process = None

    def close(self):
        try:
            if not self.process:
                self.start()
            for name in self.virsh('list', '--name').split():
                self.virsh('destroy', name)
        finally:
            self.stop()
            for path in glob.glob(self.at('run/libvirt/qemu/run/*.pid')):
                self.kill_left(path)
            shutil.rmtree(self.folder)

    def kill_left(self, pid_file):
        """A QEMU that libvirt could not end; not what may have its number by now."""
        with open(pid_file, encoding='utf-8') as f:
            pid = f.read().strip()
        with contextlib.suppress(OSError), open('/proc/%s/cmdline' % pid, 'rb') as f:
            if self.folder.encode() in f.read():
                os.kill(int(pid), signal.SIGKILL)

    def virsh_command(self, *arguments):
        return [*NOBODY, 'virsh', '-q', '-c', self.uri, *arguments]

    def virsh(self, *arguments):
        """What virsh says; it must succeed."""
        done = subprocess.run(self.virsh_command(*arguments), capture_output=True, text=True, env=self.environment,
                              timeout=SECONDS)
        assert done.returncode == 0, '%r: %s' % (arguments, done.stderr)
        return done.stdout

    def define(self, xml):
        path = self.at('new.xml')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(xml)
        self.virsh('define', '--validate', path)

    def state(self, name):
        return self.virsh('domstate', name).strip()

    def kept(self):
        """Every file of its configuration: path to mode and content."""
        found = {}
        for folder, _, names in os.walk(self.at('config')):
            for path in (os.path.join(folder, name) for name in names):
                with open(path, 'rb') as f:
                    found[path] = os.stat(path).st_mode, f.read()
        return found
