# SPDX-License-Identifier: GPL-2.0-or-later
"""The small hosts whose change is interrupted, and all that is compared of them.

Each is built from a description (fixtures/mkroot.py) that holds only what the plan needs, since it is put back into its
first state thousands of times: of the root only the folders that a plan changes are then copied anew.
"""
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import tempfile
import threading

from harness import FIXTURES, Run, environment, gpucheck, text

SECONDS = 300  # against what never ends; nothing here takes one
STATE = 'var/lib/gpucheck'
MUTABLE = ('etc', 'srv', 'var')  # nothing else may change, and that is looked at too
OLD = 1_000_000_000 * 10**9 + 123_456_789  # ns: a time of change that no copy has by chance

# A new GRUB drop-in and a new file of modprobe.d, both in folders that are not there yet; nor is var/lib.
DESKTOP = '''\
acpi    DMAR
cmdline root=/dev/sda1 ro quiet intel_iommu=off
pci 0000:00:01.0 0604 8086:a70d driver=pcieport
  pci 0000:01:00.0 0300 10de:2504 driver=nvidia boot_vga=0
  pci 0000:01:00.1 0403 10de:228e driver=snd_hda_intel
pci 0000:00:02.0 0300 8086:a780 driver=i915 boot_vga=1
remove etc/modprobe.d
remove usr/share/misc
'''

# A VM's definition is edited, which costs a start of gpucheck-definitions: so it is a host of its own, and nothing else
# is.
DEFINITION = '''\
acpi    DMAR
iommu   dmar0
cmdline root=/dev/sda1 ro quiet intel_iommu=on
pci 0000:00:01.0 0604 8086:a70d driver=pcieport group=2
  pci 0000:01:00.0 0300 10de:2504 driver=vfio-pci group=19 boot_vga=0
pci 0000:00:02.0 0300 8086:a780 driver=i915 group=1 boot_vga=1
file etc/libvirt/qemu/ml.xml
    <domain type='kvm'>
      <name>ml</name>
      <devices>
      </devices>
    </domain>
remove usr/share/misc
'''

# Proxmox VE with two cards of one id, where a first plan told Xorg which display to use. The second edits
# etc/kernel/cmdline, a link to an odd file, and makes a udev rule in two new folders and an executable hook.
SERVER = '''\
cpu      AuthenticAMD svm
kernel   6.8.12-4-pve
acpi     IVRS
iommu    ivhd0
cmdline  root=ZFS=rpool/ROOT/pve-1 boot=zfs
pci 0000:00:01.1 0604 1022:14db driver=pcieport group=1
  pci 0000:01:00.0 0300 10de:2504 driver=nouveau group=12 boot_vga=0
pci 0000:00:01.2 0604 1022:14db driver=pcieport group=2
  pci 0000:02:00.0 0300 10de:2504 driver=nouveau group=13 boot_vga=0
pci 0000:00:08.1 0604 1022:14dd driver=pcieport group=5
  pci 0000:0f:00.0 0300 1002:164e driver=amdgpu group=20 boot_vga=1
file etc/kernel/proxmox-boot-uuids
    5A3C-7F10
file srv/boot/cmdline
    root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=off
file usr/lib/xorg/Xorg
    installed
link etc/kernel/cmdline /srv/boot/cmdline
remove usr/share/misc
'''


def access_list(user):
    """system.posix_acl_access: what the kernel takes for u::rw-,u:USER:r--,g::r--,m::r--,o::---."""
    everyone = 0xffffffff
    entries = ((1, 6, everyone), (2, 4, user), (4, 4, everyone), (0x10, 4, everyone), (0x20, 0, everyone))
    return struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *one) for one in entries)


def make_odd(place):
    """A mode, an owner, attributes and a time that a file gets by nobody's default."""
    os.chmod(place, 0o640)
    for name, value in (('user.note', b'kept'), ('system.posix_acl_access', access_list(1234))):
        try:
            os.setxattr(place, name, value)
        except OSError:  # this file system has none: nothing to keep
            pass
    if not os.geteuid():
        os.chown(place, 1234, 4321)
    os.utime(place, ns=(OLD, OLD))


# Name -> description, files to make odd, runs before the one that is looked at.
KINDS = {
    'desktop': (DESKTOP, (), ()),
    'definition': (DEFINITION, ('etc/libvirt/qemu/ml.xml',), ()),
    'server': (SERVER, ('srv/boot/cmdline',), (('--fix', '--yes', 'display.primary'),)),
}


def start(*arguments, wrapper=(), **more):
    """Start gpucheck, as harness.environment has it; the leak checker cannot work under a tracer."""
    env = environment()
    env['ASAN_OPTIONS'] += ':detect_leaks=0'
    return subprocess.Popen([*wrapper, gpucheck(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=env, **more)


def finish(process):
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise AssertionError('no end in %d s: %r' % (SECONDS, process.args)) from None
    return Run(process.returncode, text(out), text(err))


def look_at(place, whole=True):
    """(kind, mode, owner, group, attributes, content, time of change): all that must come back.

    Not whole: of what no plan may change the size and the time are enough.
    """
    status = os.lstat(place)
    kind = stat.S_IFMT(status.st_mode)
    attributes = ()
    if kind == stat.S_IFLNK:
        content = os.readlink(place)
    elif kind == stat.S_IFREG:
        content = read_bytes(place) if whole else status.st_size
    else:
        content = None
    if whole and kind != stat.S_IFLNK:
        attributes = tuple((name, os.getxattr(place, name)) for name in sorted(os.listxattr(place)))
    # A folder's time of change tells of every temporary file in it, which is nobody's loss.
    time = None if kind == stat.S_IFDIR else status.st_mtime_ns
    return kind, stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, attributes, content, time


def read_bytes(place):
    with open(place, 'rb') as f:
        return f.read()


def paths_below(folder):
    for at, folders, files in os.walk(folder):
        for name in folders + files:
            yield os.path.join(at, name)[len(folder) + 1:]


def tree_of(folder):
    """Path -> look_at, of all but the records and the folders above them."""
    own = (STATE, *(os.path.dirname(STATE)[:n] for n in (3, 7)))
    return {path: look_at('%s/%s' % (folder, path), path.startswith(MUTABLE)) for path in paths_below(folder)
            if path not in own and not path.startswith(STATE + '/')}


def timeless(tree):
    return {path: one[:-1] for path, one in tree.items()}


def records_of(folder):
    """Path -> mode and content below the state folder, without what differs from run to run."""
    found = {}
    for path in paths_below(os.path.join(folder, STATE)):
        kind, mode, owner, group, attributes, content, _ = look_at(os.path.join(folder, STATE, path))
        if path == 'lock':
            content = bool(content)
        elif os.path.basename(path).startswith('record.json'):
            content = re.sub(rb'"time": \d+', b'"time": 0', content)
        found[path] = kind, mode, owner, group, attributes, content
    return found


def states_of(folder):
    """Id -> state, of every record."""
    states = {}
    place = os.path.join(folder, STATE)
    for name in os.listdir(place) if os.path.isdir(place) else ():
        if name.isdigit():
            with open(os.path.join(place, name, 'state'), encoding='utf-8') as f:
                states[int(name)] = f.read().strip()
    return states


def interrupted(folder):
    return [one for one, state in states_of(folder).items() if state in ('applying', 'undoing')]


def differences(one, other):
    """What differs between two trees, for a message."""
    return ['%s: %r != %r' % (path, one.get(path), other.get(path))
            for path in sorted(set(one) | set(other)) if one.get(path) != other.get(path)]


class Story:
    """A host before and after one plan, and the roots that stand for it; each root belongs to one thread."""

    def __init__(self, kind, folder):
        description, odd, runs = KINDS[kind]
        self.kind, self.folder = kind, folder
        self.whole = os.path.join(folder, 'whole')
        self.plan = len(runs) + 1
        self.roots, self.thread = 0, threading.local()
        self.lock = threading.Lock()
        self.build(description, odd)
        for arguments in runs:
            self.run(self.whole, *arguments)
        self.before = self.keep('before')
        self.says_applied = 'plan %d is applied' % self.plan
        run = self.run(self.whole, '--fix', '--yes')
        assert self.says_applied in run.stderr, run
        self.after = self.keep('after')
        self.changed = [path for path in self.after if self.after[path][:-1] != self.before.get(path, ())[:-1]]
        self.files = [path for path in self.changed if stat.S_ISREG(self.after[path][0])]

    def build(self, description, odd):
        host = os.path.join(self.folder, 'host')
        with open(host, 'w', encoding='utf-8') as f:
            f.write(description)
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), host, self.whole], check=True)
        for path in odd:
            make_odd(os.path.join(self.whole, path))

    def keep(self, name):
        """Copy what a plan may change; the tree as it is now."""
        place = os.path.join(self.folder, name)
        os.mkdir(place)
        subprocess.run(['cp', '-a', *self.mutable(self.whole), place], check=True)
        return tree_of(self.whole)

    @staticmethod
    def mutable(folder):
        places = (os.path.join(folder, name) for name in MUTABLE)
        return [place for place in places if os.path.lexists(place)]

    def run(self, root, *arguments, **how):
        return finish(start('--root', root, *arguments, **how))

    def root(self, state):
        """This thread's root, as it was 'before' or 'after' the plan."""
        if not hasattr(self.thread, 'root'):
            with self.lock:
                self.roots += 1
                self.thread.root = os.path.join(self.folder, 'root%d' % self.roots)
            subprocess.run(['cp', '-a', self.whole, self.thread.root], check=True)
        root = self.thread.root
        for place in self.mutable(root):
            shutil.rmtree(place)
        subprocess.run(['cp', '-a', *self.mutable(os.path.join(self.folder, state)), root], check=True)
        return root


stories = {}


def story(kind):
    """Built once, in the folder for temporary files."""
    if kind not in stories:
        stories[kind] = Story(kind, tempfile.mkdtemp(prefix='gpucheck-faults-'))
    return stories[kind]


def forget():
    for one in stories.values():
        shutil.rmtree(one.folder)
    stories.clear()
