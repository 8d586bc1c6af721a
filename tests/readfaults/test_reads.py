#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every system call with which a recorded host is read fails once, or gives less than it was asked for.

Of each host a run is watched (interfere.c), and repeated once for each call and error: ENOENT, EACCES, EIO and EINTR for
all, EAGAIN, ENOMEM and EMFILE for opening, short reads for what reads. judge.py says what must hold. The programs that
gpucheck starts, from their loading on, count too. Of a host that is not ready nothing may be made ready by not being
read; on a host that is, everything that is read counts.
"""
import concurrent.futures
import os
import shutil
import unittest

import points
from harness import CommandLine, arguments_of, built_root
from judge import Judge, checks_of
from spoil import missing

WORKERS = 2


class Reads:
    """NAME is a fixture."""

    def missing(self, path):
        """The report of this host without that path."""
        if path not in self.without:
            root = os.path.join(self.folder(), os.path.basename(self.root))
            shutil.copytree(self.root, root, symlinks=True)
            with missing(root, path, None):
                self.without[path] = self.gpucheck('--root', root, '-f', 'json', *arguments_of(self.NAME))
        return self.without[path]

    def companions(self, gpu):
        """The functions of its slot, unless it is a virtual one, and those that are named below."""
        folder = os.path.join(self.root, 'sys/bus/pci/devices')
        devices = [] if os.path.lexists(os.path.join(folder, gpu, 'physfn')) else os.listdir(folder)
        return [one for one in devices if one != gpu and (one.split('.')[0] == gpu.split('.')[0]
                                                          or one in self.COMPANIONS)]

    def readers(self, checks):
        """GPU -> path -> the checks that read it when asked for alone; GPU None: those of the host."""
        found, arguments = {}, arguments_of(self.NAME)
        for check, gpu, _ in checks:
            card = ('--gpu', gpu) if gpu and '--gpu' not in arguments else ()
            for call in points.calls_of(self.root, '-f', 'json', *arguments, *card, check)[1]:
                found.setdefault(gpu, {}).setdefault(call.path, set()).add(check)
        return found

    def setUp(self):
        if not os.path.exists(points.interfere()):
            self.skipTest('interfere is for x86-64 only')
        self.root, self.without = built_root(self.NAME), {}

    def test_each_call_fails(self):
        arguments = ('--root', self.root, '-f', 'json', *arguments_of(self.NAME))
        healthy, calls = points.calls_of(self.root, *arguments[2:])
        self.assertGreater(len(calls), 100)
        judge = Judge(self.root, healthy, calls, self.readers(checks_of(healthy)), self.companions, self.missing)
        chosen = points.chosen(points.points_of(calls))

        def look(point):
            try:
                run, lines = points.run(point, *arguments)
            except AssertionError as e:
                return point, str(e), True
            return point, judge.wrong(point, run, lines), bool(lines)

        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            results = list(pool.map(look, chosen))
        wrong = ['%s: %s' % (points.described(point), what) for point, what, _ in results if what]
        missed = [points.described(point) for point, _, met in results if not met]
        print('%s: %d of %d points at %d calls' % (self.NAME, len(chosen), len(list(points.points_of(calls))),
                                                  len(calls)), flush=True)
        self.assertEqual(wrong, [], '%d points\n%s' % (len(wrong), '\n'.join(wrong[:20])))
        self.assertLess(len(missed), len(chosen) / 20, missed[:3])


def host(name, *companions):
    """A class for this host, whose companions on other buses are named."""
    return type(name.replace('-', '_'), (Reads, CommandLine), {'NAME': name, 'COMPANIONS': companions,
                                                               '__module__': __name__})


READY = (('rtx3060-seen-by-the-guest',), ('arc-a770-ready-in-one-group', '0000:04:00.0'), ('alder-lake-sriov-vf',),
         ('epyc-a100-group-of-bridges',), ('xorg-busid-is-the-igpu',), ('ubuntu-vfio-built-in-by-argument',))
BROKEN = ('rtx3060-vtd-off-by-argument', 'rtx3060-vm-still-runs-the-old-definition', 'rtx5080-sticky-amd-iommu-off',
          'rtx3060-saved-entry-turns-vtd-off', 'pop-os-systemd-boot-default-entry', 'rtx3060-initramfs-is-older',
          'rtx3060-held-by-another-vm', 'xorg-busid-is-the-card', 'foreign-network-card-without-driver',
          'skylake-host-bridge-driver-in-group', 't400-twins-other-card-wanted', 'rtx4090-huge-pages-missing',
          'gtx1060-boot-framebuffer', 'rtx3060-softdep-without-pre', 'proxmox-systemd-boot-turns-it-off',
          'rtx3060-audio-missing-in-the-guest', 'rtx3060-desktop-session-holds-the-card', 'rtx5080-firmware-direct-region')

for one in (*READY, *((name,) for name in BROKEN)):
    globals()[one[0].replace('-', '_')] = host(*one)
del one


if __name__ == '__main__':
    unittest.main()
