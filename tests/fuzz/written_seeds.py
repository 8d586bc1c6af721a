# SPDX-License-Identifier: GPL-2.0-or-later
"""Inputs for what no recorded host has: files that our program writes, other boot loaders, images."""
import bz2
import gzip
import json
import lzma
import shutil
import subprocess

KERNELSTUB = {'default': {'kernel_options': ['quiet', 'splash'], 'esp_path': '/boot/efi'},
              'user': {'kernel_options': ['quiet', 'intel_iommu=off', 'splash', 'vfio-pci.ids=8086:1'],
                       'esp_path': '/boot/efi', 'setup_loader': True, 'config_rev': 3}}

RECORD = {'time': 1763823600, 'steps': ['iommu.enabled: asks for it'], 'folders': ['etc/default/grub.d'],
          'files': [{'path': 'etc/default/grub.d/99-gpucheck.cfg', 'existed': False}], 'vms': ['ml'],
          'commands': [{'words': ['/usr/sbin/update-grub'], 'seconds': 600}]}

CONFIGURATION = b'''through = guest
strict = no   ; yes: a warning counts

[gpu 0000:01:00.0]
vm = ml
guest = root@192.168.122.45:22
rom = off
ignore = vm.conflict, driver.reset
[gpu 01:00.1]
guest=[fd00::1]:2222
'''

LISTING = b'''Debian GNU/Linux 12
gpucheck-guest-1
system Linux 6.1.0-26-amd64
pci 0000:00:01.0 0x060400 0x1b36 0x000c
pci 0000:05:00.0 0x030000 0x10de 0x2504
bars 0000:05:00.0
bar 0000:05:00.0 0 0x00000000fc000000 0x00000000fcffffff 0x0000000000040200
bar 0000:05:00.0 1 0x0000000800000000 0x000000080fffffff 0x000000000014220c
drm 0000:05:00.0 card1
module 0000:05:00.0 nouveau absent
driver nvidia 0000:05:00.0
nvidia 550.54.15 open
smi run
smi says 00000000:05:00.0
smi says Unable to determine the device handle
smi status 15
wait
fabric running
end
'''

MODPROBE = b'''# cards
options vfio-pci ids=10de:2504,10de:228e disable_vga=1
options vfio_pci "ids=1002:731f" \\
  nointxmask=1
softdep nouveau pre: vfio-pci
softdep snd_hda_* pre: vfio-pci post: snd-seq
blacklist nouveau
install nvidia /sbin/modprobe vfio-pci; /sbin/modprobe --ignore-install nvidia
alias a b
'''

UDEV = b'''# by address
ACTION=="add", SUBSYSTEM=="pci", KERNEL=="0000:01:00.0", ATTR{driver_override}="vfio-pci", \\
  RUN{builtin}+="kmod load vfio-pci", RUN+="/bin/sh -c 'echo %k >/sys/bus/pci/drivers_probe'"
SUBSYSTEM=="pci", ATTR{vendor}=="0x10de", ATTR{class}=="0x03*|0x0403*", ATTR{driver_override}="vfio-pci"
ACTION=="add|change", KERNELS=="0000:01:00.?", RUN+="/bin/sh -c 'echo vfio-pci > $sys$devpath/driver_override'"
SUBSYSTEM!="pci", GOTO="end"
LABEL="end"
'''

XORG = b'''Section "Device"
\tIdentifier "gpu" # the card
\tDriver "nvidia"
\tBusID "PCI:1@0:0:0"
EndSection
section "device"
bus_id "PCI:257:0:1"
EndSection
'''

DOMAIN = b'''<?xml version='1.0' encoding='UTF-8'?>
<!-- <devices> of libvirt -->
<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>ml</name>
  <uuid>1c5e1ef0-7d0e-4b3a-9b0c-3c1f2f0c8a11</uuid>
  <memory unit='GiB'>16</memory>
  <maxMemory slots='16' unit='GiB'>64</maxMemory>
  <memtune><hard_limit unit='MiB'>20000</hard_limit></memtune>
  <memoryBacking>
    <hugepages><page size='2048' unit='KiB' nodeset='0'/><page size='1' unit='G'/></hugepages>
    <locked/>
  </memoryBacking>
  <numatune><memory mode='strict' nodeset='0-1,^1'/></numatune>
  <os firmware='efi'><type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader></os>
  <cpu mode='host-passthrough'><maxphysaddr mode='passthrough' limit='39'/>
    <feature policy='require' name='pdpe1gb'/>
    <numa><cell id='0' memory='8388608'/><cell id='1' memory='8' unit='GiB'/></numa></cpu>
  <devices>
    <controller type='pci' index='0' model='pcie-root'><pcihole64 unit='KiB'>1073741824</pcihole64></controller>
    <controller type='pci' index='1' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0' multifunction='on'/>
    </controller>
    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source>
        <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
      </source>
      <rom bar='off'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </hostdev>
    <interface type='hostdev' managed='yes'><source><address type='pci' bus='2' slot='0'/></source></interface>
    <hostdev type='pci'><source><address bus='0x1' slot='0' function='1'/></source>
      <address type='unassigned'/></hostdev>
    <video><model type='none'/></video>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-device'/>
    <qemu:arg value='vfio-pci,host=03:00.0,x-vga=on'/>
    <qemu:arg value='{"driver": "vfio-pci", "sysfsdev": "/sys/bus/pci/devices/0000:04:00.0"}'/>
    <qemu:arg value='-fw_cfg'/>
    <qemu:arg value='name=opt/ovmf/X-PciMmio64Mb,string=65536'/>
    <qemu:arg value='host-x86_64-cpu.host-phys-bits-limit=39'/>
  </qemu:commandline>
</domain>
'''
ONE_LINE = b"<domain type='kvm'><name>a</name><cpu mode='host-model'/><devices/></domain>"

LOG = b'''2026-11-22 14:58:20.541+0000: starting up libvirt version: 9.0.0, package: 9.0.0-4, qemu version: 7.2.9
LC_ALL=C \\
/usr/bin/qemu-system-x86_64 \\
-name guest=ml
2026-11-22T14:58:21.1Z qemu-system-x86_64: vfio 0000:01:00.0: group 19 is not viable
2026-11-22 14:58:22.000+0000: shutting down, reason=failed
'''

STATUS = b'''Package: ovmf-ia32
Status: install ok installed
Version: 2022.11-6

Package: ovmf
Status: install ok installed
Architecture: all
Version: 2022.11-6+deb12u2
'''

ENTRY = b'''# made by kernel-install
title      Debian GNU/Linux 12
linux      /vmlinuz-6.1.0-26-amd64
options    root=/dev/sda1 ro
options    intel_iommu=off
'''

SHORT = [b'root@192.168.122.45:22', b'[fd00::1]:2222', b'0-3,^2,5', b'device_specific flr bus\n', b'd2008c40660462\n',
         b'6.1.0-26-amd64', b'4.2023.08-4', b'0~20200229.4c0f6e34-1', b"<domstatus state='running' pid='1234'>"]


# What --record replaces, in each spelling; no recorded host has any of it.
SECRETS = b'''linux /vmlinuz root=UUID=6f9619ff-8b86-d011-b42d-00cf4fc964ff ro ip=192.0.2.7::192.0.2.1 rd.luks.key=/k:UUID=1
set superusers="alice"
password_pbkdf2 alice grub.pbkdf2.sha512.10000.9B2F.77AC01
search --fs-uuid 1A2B-3C4D || search --fs-uuid 01D5E3F2A0B1C2D3 # BOOTIF=01-52-54-00-9a-bc-de
options vfio-pci "key='open sesame'" # tower-9.example.org, fe80::5054:ff:fe9a:bcde, 5254.009a.bcde
<serial>S4EWNX0R123456Z</serial> <mac address='52:54:00:9a:bc:de'/> <source dev='/dev/disk/by-id/ata-SSD_S4EWNX0R123456Z-part2'/>
ATTRS{serial}=="MP1A7", ENV{ID_SERIAL_SHORT}=="S4EWNX0R123456Z", ATTR{wwid}=="naa.5002538e40a1b2c3", PARTUUID=1234abcd-02
{"password": "open sesame", "api_key" : "AAAAC3NzaC1lZDI1NTE5AAAAIKq2mZrM0qQqm7c2f0Jm1b9V5cQ"}
http://u:p@vm7/home/alice/.ssh SHA256:Q0m1dV3u0y4cGqkM2v7m2q4Yd8m7q1b0o6N3Tq5C2uE lvm 0qMuFv-Xs3c-8lGt-9dQe-Yk2P-aB7n-Zr5Wc1
tower-9_token=x; dev-disk-by\\x2duuid-6f9619ff\\x2d8b86\\x2dd011\\x2db42d\\x2d00cf4fc964ff.device
-----BEGIN OPENSSH PRIVATE KEY-----
MIIEowIBAAKCAQEA
-----END OPENSSH PRIVATE KEY-----
'''
REPEATED = [b'key=a', b'a-', b' \t', b'-----BEGIN ', b'AAAA', b'//a', b'52:54:00:9a:bc:de ', b'a.b_', b'\\x2d', b'password ']


# What would be more than text in some format, if it were not escaped.
HOSTILE = b'a"b\nnot ok 1 - x # SKIP\r\n# HELP x\n  ---\n</testcase>&<!-- ]]>\\" \x1b[2J\xe2\x80\xa8\xff{} 1'


def hostile_reports():
    """For the target report: all of its places hostile, with every verdict."""
    names, result = [HOSTILE] * 3, [HOSTILE] * 5
    for verdict in range(5):
        yield b'\0'.join(names) + b'\0' + 3 * (bytes([verdict]) + b'\0'.join(result) + b'\0')


def secrets():
    """For the target scrub: every secret between any two lines, and what may take its time."""
    lines = SECRETS.splitlines(keepends=True)
    for choice in range(28):
        for at in range(len(lines)):
            yield bytes([choice + at, choice, at]) + b''.join(lines[at - 1:at]) + b'\0' + lines[at]
    for text in REPEATED:
        yield b'\0\xff\0' + text


def cpio(files):
    """An archive of the kind newc."""
    archive = b''
    for inode, (name, content) in enumerate(list(files.items()) + [('TRAILER!!!', b'')], 1):
        numbers = (inode, 0o100644, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
        archive += b'070701' + b''.join(b'%08x' % number for number in numbers) + name.encode() + b'\0'
        archive += b'\0' * (-len(archive) % 4) + content
        archive += b'\0' * (-len(archive) % 4)
    return archive


def images():
    early = cpio({'kernel/x86/microcode/GenuineIntel.bin': b'0' * 64})
    main = cpio({'init': b'#!/bin/sh\n', 'etc/modprobe.d/a.conf': MODPROBE, 'conf/modules': b'vfio-pci\n',
                 'usr/lib/modules/6.1.0-26-amd64/kernel/drivers/vfio/pci/vfio-pci.ko.xz': b'x'})
    packers = {'gzip': lambda data: gzip.compress(data, mtime=0), 'bzip2': bz2.compress,
               'xz': lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
               'lzma': lambda data: lzma.compress(data, lzma.FORMAT_ALONE)}
    for name, words in (('zstd', ['zstd', '-q', '-c']), ('lz4', ['lz4', '-l', '-q', '-c'])):
        if shutil.which(name):
            packers[name] = lambda data, words=words: subprocess.run(words, input=data, check=True,
                                                                     stdout=subprocess.PIPE).stdout
    yield main
    yield early + b'\0' * 12 + main
    for pack in packers.values():
        yield pack(main)
        yield early + pack(main)
        yield pack(main) + b'\0' * 8
        yield pack(early) + pack(main)


def all_of_them():
    """(target, input)"""
    kernelstub = json.dumps(KERNELSTUB, indent=2).encode()
    for choice in range(5):
        yield 'kernelstub', bytes([choice]) + kernelstub
        yield 'kernel_line', bytes([choice]) + b'root=ZFS=rpool/ROOT/pve-1 boot=zfs "intel_iommu=on,off" -- x\n'
    for kind in ('missing', 'permission', 'format', 'size', 'read'):
        yield 'initramfs_answer', json.dumps({'error': {'kind': kind, 'text': 'it is so'}}).encode()
    yield 'initramfs_answer', b'{"modules": [1], "releases": null, "files": [{"path": null}]}'
    yield 'plan_record', json.dumps(RECORD).encode()
    yield 'configuration', CONFIGURATION
    yield 'guest_listing', LISTING
    yield 'guest_listing', LISTING.replace(b'smi run', b'smi absent').replace(b'\n', b'\r\n')
    yield 'modprobe', MODPROBE + b'\0' + b'vfio-pci.ids=10de:2504 modprobe.blacklist=nouveau,nvidia a="b c"'
    yield 'udev_rules', UDEV
    yield 'xorg', XORG
    for xml in (DOMAIN, ONE_LINE, DOMAIN.replace(b'\n', b'\r\n'), DOMAIN.replace(b'  ', b'\t')):
        yield 'domain_read', xml
        yield 'domain_edit', b'0000:01:00.0\n0000:01:00.1-\n\0' + xml
        yield 'domain_drop', b'0000:01:00.0\0' + xml
        yield 'domain_drop', b'0000:01:00.1\0' + xml
        yield 'domain_widen', b'\x27' + xml
        yield 'domain_widen', b'\0' + xml.replace(b"<maxphysaddr mode='passthrough' limit='39'/>", b'')
    yield 'qemu_log', LOG
    yield 'dpkg_status', b'ovmf\0' + STATUS
    yield 'loader_entry', ENTRY + b'\0default debian-*\ntimeout 3\n\0debian-6.1.conf\ndebian-6.0.conf\nb.conf'
    yield 'grub_drop_in', b"# ours\ngpucheck_words='intel_iommu=on vfio-pci.ids=10de:2504,10de:228e'\n"
    yield 'diff', b'one\ntwo\nthree\0one\n2\nthree'
    yield 'diff', b'\0one\n'
    for text in SHORT:
        yield 'short_texts', text
    for image in images():
        yield 'initramfs_image', image
    for text in secrets():
        yield 'scrub', text
    for report in hostile_reports():
        yield 'report', report
    yield 'escape', b'P' + HOSTILE
    yield 'escape', b'P\xe2\x80\xa8\xc2\x85\xe2\x80\xae\xf0\x9f\x98\x80\x1b[2J # \\ \xff'
