# SPDX-License-Identifier: GPL-2.0-or-later
"""What a run opens is in the record, whatever host it is: strace tells what runs open."""
import json
import os
import re
import unittest

import trace
from recording import Recording, hosts, contents

# Of gpucheck's own; what a record has below gpucheck/ has tests of its own.
NOT_RECORDED = re.compile(r'(var/lib/gpucheck|gpucheck|proc)(/|$)|proc$')
NEUTRAL = {'etc/gpucheck.conf': 'strict = no\n', 'proc/meminfo': 'MemTotal: 1 kB\n'}
RICH = 'rtx3060-seen-by-the-guest'


def wanted(paths):
    return {path: kind for path, kind in paths.items()
            if path.startswith('proc/') or not NOT_RECORDED.match(path)}


def exists(root, path):
    """Below the root, with its links, which may be absolute."""
    place = root
    parts = path.split('/')
    for at, part in enumerate(parts):
        place = os.path.join(place, part)
        for _ in range(8 if at + 1 < len(parts) else 0):
            if not os.path.islink(place):
                break
            target = os.readlink(place)
            place = os.path.join(root, target[1:]) if target.startswith('/') else os.path.join(os.path.dirname(place), target)
    return os.path.lexists(place)


def unreadable(record):
    """What the record says could not be read."""
    path = os.path.join(record, 'gpucheck/record.json')
    if not os.path.exists(path):
        return {}
    with open(path, encoding='utf-8') as file:
        return json.load(file)['unreadable']


class Contents(Recording):
    def opened(self, root, *arguments):
        return wanted({**trace.paths_opened(root, *arguments),
                       **trace.paths_opened(root, '--fix', '--dry-run', '--allow-disruption', *arguments)})

    def test_what_is_opened_is_recorded(self):
        """On every host: what a run opens and the host has, the record has."""
        for host in hosts():
            with self.subTest(host):
                root, arguments = self.copy(host), self.arguments(host)
                place = self.fresh()
                self.run_it('--root', root, '--record', place, *arguments)
                if not os.path.isdir(place):
                    continue
                missing = [path for path in self.opened(root, *arguments)
                           if exists(root, path) and not exists(place, path) and path not in unreadable(place)]
                self.assertEqual(missing, [])

    def test_what_is_looked_for_is_recorded(self):
        """What hosts are asked for and none has: made up, it is in the record too."""
        paths = {}
        for host in hosts():
            paths.update(self.opened(self.copy(host), *self.arguments(host)))
        root = self.copy(RICH)
        made = []
        for path, kind in sorted(paths.items()):
            place = os.path.join(root, path)
            if exists(root, path) or os.path.lexists(place) or re.match(r'sys/(bus|kernel/iommu|class/iommu)', path):
                continue
            try:
                os.makedirs(place if kind == 'folder' else os.path.dirname(place), exist_ok=True)
            except (FileExistsError, NotADirectoryError):
                continue
            if kind != 'folder' and not os.path.lexists(place):
                with open(place, 'w', encoding='utf-8') as file:
                    file.write(NEUTRAL.get(path, '<domain/>\n' if path.endswith('.xml') else ''))
                made.append(path)
        self.assertGreater(len(made), 20)
        record, _ = self.record(root)
        self.assertEqual([path for path in made if not exists(record, path)], [])

    def test_nothing_else_is_recorded(self):
        """Files beside those that are read stay out."""
        root = self.copy(RICH)
        beside = ['etc/shadow', 'etc/fstab', 'root/.ssh/id_ed25519', 'etc/modprobe.d/notes.txt', 'etc/libvirt/secrets/a.xml',
                  'boot/grub/custom.txt', 'sys/bus/pci/devices/0000:01:00.0/serial_number', 'var/log/syslog',
                  'etc/ssh/ssh_host_ed25519_key', 'proc/1/environ', 'etc/udev/rules.d/backup~']
        for path in beside:
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                file.write('not for anybody else')
        record, _ = self.record(root)
        self.assertEqual([path for path, text in contents(record).items()
                          if isinstance(text, bytes) and b'anybody else' in text], [])
        self.assertEqual([path for path in beside if exists(record, path)], [])


if __name__ == '__main__':
    unittest.main()
