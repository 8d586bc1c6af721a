# SPDX-License-Identifier: GPL-2.0-or-later
"""Below a root every path that gpucheck looks at is something else: a link out, a device, a flood.

One test a way; the host is one where everything passes. Each run is held against the bounds, its doings against those of
a run below the untouched root, its verdicts against those of that run.
"""
import os
import re
import subprocess
import unittest

from bounds import ALL, Bounds
from damage import WAYS
from harmless import RULES, Rule, by_role
from harness import CARD, AUDIO, CommandLine, Root, built_root
from trace import paths_opened
from watched import watched

HOST = 'rtx3060-seen-by-the-guest'
SAMPLE = 6
WATCH = 1 if ALL else 4  # every so many runs are watched by strace
MODES = (['--record', 'RECORD'], ['--fix', '--dry-run'], ['--topology'])
LINKS = ('link-to-shadow', 'link-up-to-shadow', 'chain-of-links')
# A run that fails says so in words, which libc looks up; one that wants another program of ours loads its libraries.
USUAL = re.compile(r'"(/usr)?/(lib/x86_64-linux-gnu/|lib/[^/"]*-linux-gnu/|share/locale/|lib/locale/|lib64/)|gpucheck-ini~"')
# Where the root has no names, this machine's index of them is taken, and libpci gets /dev/null to read.
NAMES = 'usr/share/misc/pci.ids'
NAMES_ELSEWHERE = re.compile(r'"/(usr/)?lib/udev/hwdb[.]bin"|"/dev/null"')

# What may be damaged so and yet leave every verdict as it was, besides what harmless.py excuses.
EXCUSED = (
    Rule('', 'etc/(modules|modules-load[.]d|udev/rules[.]d|modprobe[.]d/.*|initramfs-tools/.*)', '.*lines|.*words|empty|ones|nuls|endless-line',
         'lines that no tool knows say nothing; the card is bound by another file or by what is loaded'),
    Rule('', '(usr/)?lib/udev/rules[.]d/05-driverctl[.]rules|var/lib/libvirt/qemu/save/.*|sys/class/misc/kvm|boot/initrd.*|'
         '.*/(vfio-dev|physfn)|sys/bus/pci/drivers/vfio-pci|sys/firmware/.*', '.*', 'asked only whether something is there'),
    Rule('', 'lib/modules/[^/]*/modules[.](builtin|builtin[.]modinfo|softdep|alias)', '.*lines|.*words|ones|nuls|endless-line|empty|json-bomb|deep-json',
         'lines that name no module of the card say nothing of it'),
    Rule('', 'etc/gpucheck[.]conf', 'empty', 'a configuration that says nothing'),
    Rule('', 'sys/kernel/iommu_groups/[^/]*/name', 'empty', 'a group without a name; only that of vfio-noiommu tells something'),
    Rule('', 'etc/initramfs-tools/scripts/init-top', '(nasty-|deep-)?folder|link-to-root', 'scripts that bind no card'),
    Rule('', 'sys/(class/iommu|firmware/acpi/tables)', '(nasty-|deep-)folder|link-to-root',
         'an entry of any name; that the IOMMU is at work is seen by the groups of PCI functions'),
    Rule('', '(etc|run|lib|usr(/local)?/lib)/(modprobe|modules-load|udev/rules)[.]d', '(nasty-|deep-)?folder|link-to-root',
         'a folder of files that end in neither .conf nor .rules has none'),
)


def shape(path):
    """Paths of one shape are read by the same code: of functions that stand alike one is enough."""
    return re.sub('[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}[.][0-7]', 'FUNCTION', path)


@unittest.skipIf(os.geteuid(), 'only root can make devices')
class Paths(Bounds, CommandLine):
    @classmethod
    def setUpClass(cls):
        cls.source = built_root(HOST)
        cls.paths = sorted(paths_opened(cls.source))
        cls.healthy = None

    def copy(self):
        folder = os.path.join(self.folder(), 'root')
        subprocess.run(['cp', '-a', '--link', self.source, folder], check=True)
        return Root(folder)

    def chosen(self, way):
        """All of them, or a diagonal of paths by ways: every path in some ways, every way at some paths."""
        if ALL:
            return self.paths
        first = list(WAYS).index(way) % SAMPLE
        shapes = {shape(path): path for path in reversed(self.paths)}
        # The card's own count for more than those of any other function.
        return sorted({*shapes.values(), *(path for path in self.paths if CARD in path)})[first::SAMPLE]

    def damaged(self, path, way):
        root = self.copy()
        WAYS[way](root.folder, root.clear(path))
        return root

    def compare(self, path, way, run, report):
        """No verdict is better than it was; none at all as it was, unless it may be."""
        if report is None:
            return
        healthy = {(one['id'], one['gpu']): one['verdict'] for one in self.before['checks']}
        now = {(one['id'], one['gpu']): one['verdict'] for one in report['checks']}
        better = [key for key, verdict in now.items() if verdict == 'pass' and healthy.get(key) not in ('pass', None)]
        self.assertEqual(better, [])
        if now == healthy and run.status == 0:
            self.assertTrue(self.excused(path, way), '/%s is %s and nobody says so' % (path, way))
            self.calm += 1

    def excused(self, path, way):
        role = by_role(self.source, path, CARD, (AUDIO,))
        is_there = os.path.lexists(os.path.join(self.source, path))
        # Within the root nothing is where such links lead: as if the path were not there.
        if way in LINKS and not is_there:
            return True
        names = {'missing'} if way in LINKS else {way, 'unreadable', 'missing' if is_there else 'planted'}
        return any(re.fullmatch(rule.paths, role) and any(re.fullmatch(rule.ways, name) for name in names)
                   for rule in (*RULES, *EXCUSED))

    def look(self, root, *arguments):
        """Doings of a run that are not those below the untouched root."""
        if arguments not in self.usual:
            self.usual[arguments] = watched(self.copy().folder, *arguments).calls
        doings = watched(root.folder, *arguments)
        self.assertGreater(doings.below, 2)
        self.assertEqual(doings.devices, [], 'a device was opened')
        new = {call for call in doings.calls - self.usual[arguments] if not call.startswith(('newfstatat(', 'readlinkat('))}
        return {call for call in new if '"ROOT' not in call and not USUAL.search(call)}

    def damage(self, way):
        self.usual, self.calm = {}, 0
        self.before = self.judged('--root', self.source)[1]
        runs = seen = 0
        for number, path in enumerate(self.chosen(way)):
            with self.subTest(path=path, way=way):
                try:
                    root = self.damaged(path, way)
                except OSError:  # beside a link there is no room for what it needs
                    continue
                run, report = self.judged('--root', root.folder)
                self.compare(path, way, run, report)
                runs += 1
                mode = MODES[number % len(MODES)]
                if ALL or number % 3 == 0:
                    record = os.path.join(self.folder(), 'record')
                    self.bounded('--root', root.folder, *(record if word == 'RECORD' else word for word in mode))
                    runs += 1
                if number % WATCH == 0:
                    self.assertEqual({call for call in self.look(root, '--format', 'json')
                                      if path != NAMES or not NAMES_ELSEWHERE.search(call)}, set())
                    seen += 1
        self.assertGreater(runs, 10)
        print('%s: %d paths of %d, %d runs, %d watched by strace; %d left every verdict as it was, as they may; %d MiB at most'
              % (way, len(self.chosen(way)), len(self.paths), runs, seen, self.calm, self.largest >> 20), flush=True)


for way in WAYS:
    setattr(Paths, 'test_' + way.replace('-', '_'), lambda self, way=way: self.damage(way))
