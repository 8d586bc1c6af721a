# SPDX-License-Identifier: GPL-2.0-or-later
"""A host of many VMs, each with a card and a guest that answers over SSH: all are asked side by side.

The guests are real sshds on this machine, and take their second in waiting, as one does that is far away or busy: with
the processors of this machine sixteen of them could not compute at the same time.
"""
import contextlib
import os
import pwd
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, '..', name) for name in ('cli', 'vm', 'guest')]

import guests                                           # pylint: disable=wrong-import-position
import keys                                             # pylint: disable=wrong-import-position
from caller import HOME                                 # pylint: disable=wrong-import-position
from harness import FIXTURES, Root                      # pylint: disable=wrong-import-position
from machines import Machine, hostdev, write_files      # pylint: disable=wrong-import-position
from table import Table                                 # pylint: disable=wrong-import-position

COUNTS = (1, 2, 4, 8, 16)
LIMIT, RUNS, SECONDS = 1.5, 3, 120
FIRST_BUS = 0x10
HOST = '''cpu GenuineIntel vmx
acpi DMAR
iommu dmar0
cmdline BOOT_IMAGE=/boot/vmlinuz ro quiet intel_iommu=on iommu=pt
initramfs vfio vfio_iommu_type1 vfio_pci_core vfio_pci
pci 0000:00:00.0 0600 8086:a700 group=0
pci 0000:00:02.0 0300 8086:a780 driver=i915 group=1 boot_vga=1
'''
CARD = '''pci 0000:00:%(slot)02x.%(function)d 0604 8086:a70d driver=pcieport group=%(group)d port=root
  pci 0000:%(bus)02x:00.0 0300 10de:2504 driver=vfio-pci group=%(group)d boot_vga=0
'''
WAIT = 'sleep %s\nexec /bin/sh -c "$SSH_ORIGINAL_COMMAND"\n'


class Host:
    """A root with so many VMs, the home of who asks, and their guests, each slower by so many seconds."""

    def __init__(self, folder, count, slow, closing):
        self.root, self.home = (os.path.join(folder, name) for name in ('root', 'home'))
        self.make_home()
        self.make_root(os.path.join(folder, 'host'), count)
        self.answering = []
        for _ in range(count):
            self.answering.append(guests.Guest(force=WAIT % slow))
            closing.callback(self.answering[-1].close)
        self.write_settings()

    def make_home(self):
        os.makedirs(os.path.join(self.home, '.ssh'), mode=0o700)
        own = keys.key('client')
        for ending in ('', '.pub'):
            with open(own + ending, 'rb') as old, open(os.path.join(self.home, '.ssh/id_ed25519' + ending), 'wb') as new:
                os.chmod(new.name, 0o600)
                new.write(old.read())

    def make_root(self, description, count):
        cards = (CARD % {'slot': 4 + number // 8, 'function': number % 8, 'group': 20 + number, 'bus': FIRST_BUS + number}
                 for number in range(count))
        guests.write(description, HOST + ''.join(cards))
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), description, self.root], check=True)
        write_files(Root(self.root), *(Machine('vm%d' % number, hostdev(
            "domain='0x0000' bus='0x%02x' slot='0x00' function='0x0'" % (FIRST_BUS + number))) for number in range(count)))

    def write_settings(self):
        sections = ('[gpu 0000:%02x:00.0]\nvm = vm%d\nguest = root@127.0.0.1:%d\n' % (FIRST_BUS + number, number, guest.port)
                    for number, guest in enumerate(self.answering))
        guests.write(os.path.join(self.root, 'etc/gpucheck.conf'), ''.join(sections))
        guests.write(os.path.join(self.home, '.ssh/known_hosts'), ''.join(one.known_hosts() for one in self.answering))

    def ask(self, gpucheck):
        """Seconds that it takes to ask all."""
        begin = time.monotonic()
        done = subprocess.run(['unshare', '-m', 'sh', '-c', HOME, 'sh', self.home, pwd.getpwuid(0).pw_dir, '', gpucheck,
                               '--root', self.root, 'guest.device'], text=True, capture_output=True, timeout=SECONDS,
                              check=False)
        seconds = time.monotonic() - begin
        passed = sum(line.startswith('ok ') and 'guest.device' in line for line in done.stdout.splitlines())
        if passed != len(self.answering):
            raise RuntimeError('%d of %d guests showed their card:\n%s%s'
                               % (passed, len(self.answering), done.stdout, done.stderr))
        return seconds


def seconds_of(gpucheck, count, slow):
    with contextlib.ExitStack() as closing:
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix='gpucheck-bench-'))
        os.environ['GPUCHECK_ROOTS'] = folder
        host = Host(folder, count, slow, closing)
        return min(host.ask(gpucheck) for _ in range(RUNS))


def run(gpucheck):
    table = Table('guests', ['VMs, each with its guest', 'guests that wait 1 s', 'of the slowest', 'goal',
                             'guests that do not wait'])
    slowest = None
    for count in COUNTS:
        seconds, computing = (seconds_of(gpucheck, count, slow) for slow in (1, 0))
        slowest = slowest or seconds
        table.add(count, '%.2f s' % seconds, '%.2f' % (seconds / slowest), 'at most %.1f' % LIMIT, '%.2f s' % computing,
                  kept=seconds <= LIMIT * slowest)
    return [table]
