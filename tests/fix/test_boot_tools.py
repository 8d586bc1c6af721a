#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel arguments where each boot loader's own tool takes them from, in the forms that those tools write."""
import copy
import json
import os
import unittest

from fixing import Fixing, described
from harness import Report, read
from hosts import GRUB, KERNEL, SYSTEMD_BOOT, turned_off, unbound

CMDLINE, UUIDS = 'etc/kernel/cmdline', 'etc/kernel/proxmox-boot-uuids'
ENTRY = 'title Debian\nlinux /%s/linux\noptions %s\n'
KERNELSTUB = 'etc/kernelstub/configuration'
REFRESH = 'proxmox-boot-tool refresh'


class BootTools(Fixing):
    def host(self, vendor='intel', arguments=SYSTEMD_BOOT + ' quiet iommu=off', proxmox=False):
        root = self.copied(described(turned_off(vendor, arguments)))
        if proxmox:
            root.write(UUIDS, '5A3C-7F10\n')
        return root

    def rebooted(self, root, line):
        """What gpucheck says once the kernel runs with these arguments."""
        root.write('proc/cmdline', line + '\n')
        return Report(self.run_on(root, '-f', 'json', 'iommu.cmdline')).verdict('iommu.cmdline')

    def refused(self, root, word, check='iommu.cmdline'):
        """Said in the plan, with the check's name; nothing is changed."""
        before = self.tree(root)
        plan = self.plan(root, check)
        self.assertTrue(any(one.startswith(check) and word in one for one in plan.refused), plan.text)
        self.fix(root, check)
        self.assertUnchanged(before, root)
        self.assertEqual(self.records(root), [])


class KernelCmdline(BootTools):
    """Proxmox VE with systemd-boot: one line in /etc/kernel/cmdline."""

    # Before; after on an Intel host, and on an AMD one.
    LINES = (
        ('root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=off\n', 'root=ZFS=rpool/ROOT/pve-1 boot=zfs%s\n'),
        ('root=ZFS=rpool/ROOT/pve-1 boot=zfs iommu=off', 'root=ZFS=rpool/ROOT/pve-1 boot=zfs%s'),
        ('iommu=off root=/dev/sda1 quiet\n', 'root=/dev/sda1 quiet%s\n'),
        ('root=/dev/sda1  iommu=off\tamd_iommu=off   quiet \n', 'root=/dev/sda1   quiet%s \n'),
        ('root=/dev/sda1 dyndbg="file a.c  +p" iommu=off\n', 'root=/dev/sda1 dyndbg="file a.c  +p"%s\n'),
        ('root=/dev/sda1 "x=iommu=off iommu=off" iommu=pt,off\n',
         'root=/dev/sda1 "x=iommu=off iommu=off" iommu=pt%s\n'),
        ('root=/dev/sda1 "iommu=off" iommu="pt,off" quiet\n', 'root=/dev/sda1 iommu=pt quiet%s\n'),
        ('root=/dev/sda1 iommu=off -- iommu=off single\n', 'root=/dev/sda1%s -- iommu=off single\n'),
        ('root=/dev/sda1 iommu=off foo=* $x `y` \\z\n', 'root=/dev/sda1 foo=* $x `y` \\z%s\n'),
        ('root=/dev/sda1 iommu=off\n\n', 'root=/dev/sda1%s\n\n'),
        ('root=/dev/sda1 iommu=off\r\n', 'root=/dev/sda1%s\r\n'),
    )
    SPECIAL = (
        ('intel', 'intel_iommu=off\n', 'intel_iommu=on\n'),
        ('intel', 'intel_iommu=on iommu=off intel_iommu=on quiet\n', 'intel_iommu=on quiet\n'),
        ('intel', 'quiet intel_iommu=on,off\n', 'quiet intel_iommu=on\n'),
        ('intel', 'quiet "intel_iommu=on" iommu=off\n', 'quiet "intel_iommu=on"\n'),
        ('intel', 'quiet intel_iommu=off,igfx_off\n', 'quiet intel_iommu=igfx_off intel_iommu=on\n'),
        ('amd', 'iommu=off\n', '\n'),
        ('amd', 'amd-iommu=off iommu=off,pt x\n', 'iommu=pt x\n'),
    )

    def check_line(self, vendor, old, new):
        root = self.host(vendor, SYSTEMD_BOOT + ' ' + old.strip(), proxmox=True)
        root.write(CMDLINE, old)
        before = self.tree(root)
        plan = self.fixed(root, 'iommu')
        with open(root.at(CMDLINE), newline='', encoding='utf-8') as f:
            self.assertEqual(f.read(), new)
        self.assertEqual(plan.commands, [REFRESH])
        self.assertIn(self.rebooted(root, SYSTEMD_BOOT + ' ' + new.strip()), ('pass', 'warn'))
        records = self.records(root)
        self.fix(root, 'iommu')
        self.assertEqual(self.records(root), records)
        root.write('proc/cmdline', before['proc/cmdline'].content)
        self.undone(root)
        self.assertEqual(self.tree(root)[CMDLINE], before[CMDLINE])

    def test_lines(self):
        for old, new in self.LINES:
            for vendor, more in (('intel', ' intel_iommu=on'), ('amd', '')):
                with self.subTest(vendor=vendor, old=old):
                    self.check_line(vendor, old, new % more)

    def test_special_lines(self):
        for vendor, old, new in self.SPECIAL:
            with self.subTest(vendor=vendor, old=old):
                self.check_line(vendor, old, new)

    def test_several_lines(self):
        """Nobody says which one counts."""
        for text in ('root=/dev/sda1\nquiet iommu=off\n', '# my arguments\nroot=/dev/sda1 iommu=off\n',
                     'root=/dev/sda1\riommu=off\n', '# root=/dev/sda1\n'):
            with self.subTest(text=text):
                root = self.host(proxmox=True)
                root.write(CMDLINE, text)
                self.refused(root, '/%s: holds more than one line, or a comment' % CMDLINE)

    def test_open_quote(self):
        """What is written behind it would be a part of it."""
        root = self.host(proxmox=True)
        root.write(CMDLINE, 'root=/dev/sda1 dyndbg="file a.c iommu=off\n')
        self.refused(root, '/%s: holds a quote that is never closed' % CMDLINE)

    def test_grub_cfg_is_not_what_boots(self):
        """mkroot writes one beside it, as Proxmox VE has one."""
        root = self.host(proxmox=True)
        root.write(CMDLINE, 'root=/dev/sda1 iommu=off\n')
        self.assertTrue(os.path.exists(root.at('boot/grub/grub.cfg')))
        self.assertEqual(list(self.plan(root, 'iommu').diffs), [CMDLINE])

    def test_initramfs_goes_to_the_boot_partitions_too(self):
        root = self.copied(described(unbound(arguments=SYSTEMD_BOOT + ' intel_iommu=on')))
        root.write(UUIDS, '5A3C-7F10\n')
        root.write(CMDLINE, 'root=/dev/sda1 intel_iommu=on\n')
        self.assertEqual(self.plan(root).commands, ['update-initramfs -u -k all', REFRESH])


class KernelInstall(BootTools):
    """systemd-boot with entries that kernel-install writes."""

    def entries(self, vendor='intel', kernels=(KERNEL,), options='root=/dev/sda1 ro quiet iommu=off'):
        root = self.host(vendor)
        for kernel in kernels:
            root.write('boot/efi/loader/entries/1f2e-%s.conf' % kernel, ENTRY % (kernel, options))
            root.write('lib/modules/%s/modules.builtin' % kernel, '')
            root.write('boot/vmlinuz-' + kernel, '')
            root.write('boot/initrd.img-' + kernel, '')
        return root

    def test_edited(self):
        root = self.entries()
        root.write(CMDLINE, 'root=/dev/sda1 ro quiet iommu=off\n')
        plan = self.cycle(root, 'iommu')
        self.assertEqual(list(plan.diffs), [CMDLINE])
        command = 'kernel-install add %s /boot/vmlinuz-%s /boot/initrd.img-%s' % (KERNEL, KERNEL, KERNEL)
        self.assertEqual(plan.commands, [command])

    def test_made(self):
        """kernel-install would take this boot's arguments; the entry's are what is edited."""
        root = self.entries()
        self.assertFalse(os.path.exists(root.at('etc/kernel')))
        self.cycle(root, 'iommu')
        self.fixed(root, 'iommu')
        self.assertEqual(read(root.at(CMDLINE)), 'root=/dev/sda1 ro quiet intel_iommu=on\n')

    def test_every_kernel(self):
        root = self.entries(kernels=('6.1.0-9-amd64', KERNEL, '6.1.0-30-amd64'))
        os.unlink(root.at('boot/initrd.img-6.1.0-9-amd64'))
        os.makedirs(root.at('lib/modules/5.10.0-8-amd64'))  # removed, and something was left
        root.write(CMDLINE, 'root=/dev/sda1 iommu=off\n')
        self.assertEqual(sorted(self.plan(root, 'iommu').commands), [
            'kernel-install add %s /boot/vmlinuz-%s /boot/initrd.img-%s' % (KERNEL, KERNEL, KERNEL),
            'kernel-install add 6.1.0-30-amd64 /boot/vmlinuz-6.1.0-30-amd64 /boot/initrd.img-6.1.0-30-amd64',
            'kernel-install add 6.1.0-9-amd64 /boot/vmlinuz-6.1.0-9-amd64'])

    def test_effect(self):
        root = self.entries()
        root.write(CMDLINE, 'root=/dev/sda1 iommu=off\n')
        self.fixed(root, 'iommu')
        line = read(root.at(CMDLINE)).strip()
        root.write('boot/efi/loader/entries/1f2e-%s.conf' % KERNEL, ENTRY % (KERNEL, line))
        self.assertEqual(self.rebooted(root, 'initrd=\\x ' + line), 'pass')


# As kernelstub's config.py has them in its first version that Pop!_OS 22.04 ships.
SECTION = {'kernel_options': ['quiet', 'splash'], 'esp_path': '/boot/efi', 'setup_loader': False, 'manage_mode': True,
           'force_update': False, 'live_mode': False, 'config_rev': 3}


def configuration(*options):
    user = dict(copy.deepcopy(SECTION), kernel_options=list(options))
    return {'default': copy.deepcopy(SECTION), 'user': user}


class Kernelstub(BootTools):
    """Pop!_OS: json.dump(indent=2) of Python writes its file."""

    def host_with(self, text, vendor='intel'):
        root = self.host(vendor)
        root.write('boot/efi/loader/entries/Pop_OS-current.conf', ENTRY % ('EFI/Pop_OS-1f2e', 'quiet iommu=off'))
        root.write(KERNELSTUB, text)
        return root

    def edited(self, before, after, vendor='intel', ending=''):
        root = self.host_with(json.dumps(configuration(*before), indent=2) + ending, vendor)
        plan = self.cycle(root, 'iommu')
        self.assertEqual(plan.commands, ['kernelstub'])
        self.fixed(root, 'iommu')
        self.assertEqual(read(root.at(KERNELSTUB)), json.dumps(configuration(*after), indent=2) + ending)

    def test_options(self):
        self.edited(['quiet', 'splash', 'iommu=off'], ['quiet', 'splash', 'intel_iommu=on'])
        self.edited(['iommu=off'], ['intel_iommu=on'])
        self.edited([], ['intel_iommu=on'])
        self.edited(['intel_iommu=on,off', 'systemd.show_status=false'],
                    ['intel_iommu=on', 'systemd.show_status=false'])
        self.edited(['quiet', 'iommu=off,pt', 'loglevel=0'], ['quiet', 'iommu=pt', 'loglevel=0'], 'amd')
        self.edited(['amd_iommu=off'], [], 'amd')
        self.edited(['quiet', 'dyndbg="file a.c +p"', 'x=\\\\', 'y="/a\tb"'],
                    ['quiet', 'dyndbg="file a.c +p"', 'x=\\\\', 'y="/a\tb"', 'intel_iommu=on'])
        self.edited(['"intel_iommu=off"', 'quiet'], ['quiet', 'intel_iommu=on'])

    def test_ending(self):
        self.edited(['quiet'], ['quiet', 'intel_iommu=on'], ending='\n')

    def test_not_as_kernelstub_writes_it(self):
        good = configuration('quiet', 'iommu=off')
        lacking = {'default': good['default']}
        texts = {'one line': json.dumps(good), 'four blanks': json.dumps(good, indent=4),
                 'sorted and spaced': json.dumps(good, indent=2).replace('": ', '" : '), 'no JSON': 'quiet splash\n',
                 'cut short': json.dumps(good, indent=2)[:-4], 'no user': json.dumps(lacking, indent=2),
                 'a list': json.dumps([], indent=2), 'empty': '', 'a comment': '# x\n' + json.dumps(good, indent=2),
                 'something behind': json.dumps(good, indent=2) + '\n{}',
                 'options in a text': json.dumps(dict(good, user={'kernel_options': 'quiet'}), indent=2),
                 'not ASCII': json.dumps(configuration('splash=größe', 'iommu=off'), indent=2, ensure_ascii=False),
                 'options that are no text': json.dumps(configuration('quiet', 1), indent=2),
                 'two options in one': json.dumps(configuration('quiet iommu=off'), indent=2),
                 'an open quote': json.dumps(configuration('x="quiet', 'iommu=off'), indent=2),
                 'arguments of init': json.dumps(configuration('quiet', '--', 'iommu=off'), indent=2)}
        for name, text in texts.items():
            with self.subTest(name=name):
                self.refused(self.host_with(text), '/' + KERNELSTUB)
        self.refused(self.host_with(texts['one line']), 'not as kernelstub writes it')


class Grub(BootTools):
    def commands(self, root, *arguments):
        return self.plan(root, *arguments).commands

    def host(self, vendor='intel', arguments=GRUB + ' quiet iommu=off', proxmox=False):
        return super().host(vendor, arguments, proxmox)

    def test_update_grub(self):
        self.assertEqual(self.commands(self.host(), 'iommu'), ['update-grub'])

    def test_without_update_grub(self):
        root = self.host()
        os.unlink(root.at('usr/sbin/update-grub'))
        self.assertEqual(self.commands(root, 'iommu'), ['grub-mkconfig -o /boot/grub/grub.cfg'])

    def test_proxmox_keeps_copies(self):
        """GRUB's configuration, kernel and initramfs stand on every boot partition: each is refreshed, at last."""
        root = self.host(proxmox=True)
        self.assertEqual(self.commands(root, 'iommu'), ['update-grub', REFRESH])
        self.assertEqual(self.commands(root), ['update-grub', 'update-initramfs -u -k all', REFRESH])
        self.assertEqual(self.commands(root, 'driver'), ['update-initramfs -u -k all', REFRESH])

    def test_grub_mkconfig_without_snippets(self):
        """Upstream's does not read /etc/default/grub.d; Debian's does."""
        root = self.host()
        root.write('usr/sbin/grub-mkconfig', '#! /bin/sh\n. ${sysconfdir}/default/grub\n')
        self.refused(root, 'does not read /etc/default/grub.d')
        root.write('usr/sbin/grub-mkconfig', '#! /bin/sh\nfor x in ${sysconfdir}/default/grub.d/*.cfg ; do\n')
        self.fixed(root, 'iommu')


class NoTool(BootTools):
    def test_unknown_boot_loader(self):
        root = self.host(arguments='root=/dev/sda1 ro quiet iommu=off')
        root.clear('boot/grub')
        self.refused(root, 'it cannot be told which boot loader starts this host')
        self.refused(root, 'it cannot be told which boot loader starts this host', 'iommu.enabled')

    def test_initramfs(self):
        """Traces of both tools, and of none."""
        word = 'it cannot be told whether initramfs-tools or dracut builds'
        for both in (('etc/kernel/postinst.d/initramfs-tools', 'etc/kernel/postinst.d/dracut'),
                     ('etc/initramfs-tools/modules', 'etc/dracut.conf.d/owner.conf')):
            root = self.copied(described(unbound()))
            root.clear('etc/initramfs-tools')
            self.refused(root, word, 'driver.vfio')
            for path in both:
                root.write(path, '')
            self.refused(root, word, 'driver.vfio')


if __name__ == '__main__':
    unittest.main()
