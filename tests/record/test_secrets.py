# SPDX-License-Identifier: GPL-2.0-or-later
"""What tells a host and its owner is planted all over a host; nothing of it is in the record, and the verdicts stay."""
import json
import os
import unittest

import search
from recording import Recording

HOST = 'rtx3060-seen-by-the-guest'
NAME, DOMAIN = 'planted-7qx', 'owner-zv3.internal'
UUID = '6f9619ff-8b86-d011-b42d-00cf4fc964ff'
SECOND = 'a1b2c3d4-e5f6-4789-abcd-ef0123456789'
MACHINE = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
VOLUME = '0qMuFv-Xs3c-8lGt-9dQe-Yk2P-aB7n-Zr5Wc1'
MAC, OTHER_MAC = '52:54:00:9a:bc:de', '3c:ec:ef:12:34:56'
WWN = '50:02:53:8e:40:a1:b2:c3'
SERIAL, BOARD = 'S4EWNX0R123456Z', 'MP1A2B3C4D5E'
PASSWORD, USER = 'correct-horse-battery', 'alice.planted'
KEY = 'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW'
PUBLIC = 'AAAAC3NzaC1lZDI1NTE5AAAAIKq2mZrM0qQqm7c2f0Jm1b9V5cQm8sTz0b1Xk3n4u5v6'
FINGERPRINT = 'Q0m1dV3u0y4cGqkM2v7m2q4Yd8m7q1b0o6N3Tq5C2uE'
PEM = '-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n' % KEY
SECRETS = [NAME, DOMAIN, UUID, SECOND, MACHINE, VOLUME, MAC, OTHER_MAC, WWN, SERIAL, BOARD, PASSWORD, USER, KEY, PUBLIC,
           FINGERPRINT, '1A2B-3C4D', '01D5E3F2A0B1C2D3', '5054:ff:fe9a:bcde']

ARGUMENTS = (' root=UUID=%s rd.luks.uuid=luks-%s rd.luks.key=/%s rd.lvm.lv=%s/root ip=:::::%s:eth0 BOOTIF=01-%s '
             'systemd.set_credential=a:%s iscsi_password=%s systemd.machine_id=%s rd.md.uuid=%s resume=/dev/mapper/%s--vg-swap'
             % (UUID, SECOND, PASSWORD, NAME, NAME, MAC.replace(':', '-'), PASSWORD, PASSWORD, MACHINE,
                ':'.join(MACHINE[i:i + 8] for i in range(0, 32, 8)), NAME.replace('-', '--')))

MODPROBE = """# %s.%s %s %s
options bonding primary=%s
# /home/%s/.ssh: ssh-ed25519 %s %s@%s
%s""" % (NAME.upper(), DOMAIN, SERIAL, MAC.upper(), OTHER_MAC.replace(':', '-'), USER, PUBLIC, USER, NAME, PEM)

GRUB = """# %s %s %s
set superusers="%s"
password_pbkdf2 %s grub.pbkdf2.sha512.10000.%s
  password %s %s
search --no-floppy --fs-uuid --set=root 1A2B-3C4D
search --no-floppy --fs-uuid --set=root 01D5E3F2A0B1C2D3
set root='lvmid/%s/%s'
# mduuid/%s /dev/disk/by-id/ata-Samsung_SSD_860_%s-part2 wwn-0x%s
set net_default_mac='%s'; net_dhcp %s
# http://%s:%s@mirror/boot fe80::5054:ff:fe9a:bcde 5254.009a.bcde
""" % (NAME, UUID.upper(), UUID.replace('-', '_'), USER, USER, PASSWORD.replace('-', ''), USER, PASSWORD, VOLUME, VOLUME, MACHINE,
       SERIAL, WWN, MAC, MAC.replace(':', ''), USER, PASSWORD)

RULES = """SUBSYSTEM=="block", ENV{ID_SERIAL}=="Samsung_SSD_860_%s", ENV{ID_WWN}=="0x%s", SYMLINK+="mine"
SUBSYSTEM=="net", ATTR{address}=="%s", NAME="wan0"
SUBSYSTEM=="usb", ATTRS{serial}=="%s", RUN+="/bin/unlock --key-token=%s"
""" % (SERIAL, WWN, MAC, BOARD, PASSWORD)

DEFINITION = """  <uuid>%s</uuid>
  <title>%s's</title><description>%s %s</description>
  <metadata><owner xmlns='http://%s/'>%s</owner></metadata>
  <sysinfo type='smbios'><system><entry name='serial'>%s</entry><entry name='uuid'>%s</entry></system></sysinfo>
""" % (UUID, USER, NAME, SERIAL, DOMAIN, USER, BOARD, UUID)

DEVICES = """    <disk type='network' device='disk'>
      <auth username='%s'><secret type='ceph' uuid='%s'/></auth>
      <source protocol='rbd' name='pool/%s'><host name='%s.%s'/></source>
      <serial>%s</serial><wwn>%s</wwn>
      <address type='pci' domain='0x0000' bus='0x07' slot='0x00' function='0x0'/>
    </disk>
    <interface type='network'><mac address='%s'/><source network='%s' portid='%s'/>
      <address type='pci' domain='0x0000' bus='0x08' slot='0x00' function='0x0'/></interface>
    <graphics type='vnc' port='-1' passwd='%s' listen='%s'><listen type='address' address='%s'/></graphics>
    <channel type='unix'><source mode='bind' path='/home/%s/agent'/></channel>
    <hostdev mode='subsystem' type='scsi'>
      <source protocol='iscsi' name='iqn.%s:x'><host name='%s'/><auth username='%s'/></source><rom file='/srv/%s.rom' bar='off'/>
    </hostdev>
  """ % (USER, SECOND, NAME, NAME, DOMAIN, SERIAL, WWN.replace(':', ''), OTHER_MAC, NAME, SECOND, PASSWORD, NAME, NAME, USER, SERIAL, DOMAIN, USER,
         BOARD)

COMMAND_LINE = """  <qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
    <qemu:arg value='-object'/><qemu:arg value='secret,id=a,data=%s'/>
  </qemu:commandline>
""" % PASSWORD

LOG = """2026-11-22 14:58:20.541+0000: starting up libvirt version: 9.0.0, hostname: %s.%s
LC_ALL=C \\
/usr/bin/qemu-system-x86_64 \\
-uuid %s \\
-device virtio-net-pci,mac=%s
2026-11-22T14:58:20.541Z qemu-system-x86_64: -drive file=/home/%s/%s.qcow2: could not open %s
2026-11-22 14:58:21.541+0000: shutting down, reason=failed
""" % (NAME, DOMAIN, UUID, MAC, USER, SERIAL, UUID)


def vendor_data(config):
    """A config with the serial number that a card shows behind the first 256 bytes, and one read in the VPD register."""
    config = bytearray(config.ljust(256, b'\0')[:256])
    return bytes(config) + bytes.fromhex('03000100') + bytes.fromhex('deadbeefcafef00d')


class Secrets(Recording):
    def put(self, path, text, mode='w'):
        place = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, mode, encoding=None if 'b' in mode else 'utf-8') as file:
            file.write(text)

    def get(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8') as file:
            return file.read()

    def change(self, path, old, new):
        text = self.get(path)
        self.assertIn(old, text)
        self.put(path, text.replace(old, new, 1))

    def plant_system(self):
        self.put('etc/hostname', NAME + '\n')
        self.put('proc/sys/kernel/hostname', NAME + '\n')
        self.put('etc/hosts', '10.0.0.7 %s.%s %s\n10.0.0.8 other.example\n' % (NAME, DOMAIN, NAME))
        self.put('sys/class/net/eth0/address', MAC + '\n')
        self.put('sys/class/dmi/id/board_serial', BOARD + '\n')
        self.put('sys/class/dmi/id/chassis_serial', 'Default string\n')
        self.put('proc/cmdline', self.get('proc/cmdline').rstrip('\n') + ARGUMENTS + '\n')
        self.put('etc/modprobe.d/owner.conf', MODPROBE)
        self.put('etc/modules-load.d/owner.conf', '# %s %s\n' % (NAME, PASSWORD.join(('token=', ''))))
        self.put('etc/udev/rules.d/99-owner.rules', RULES)
        self.put('boot/grub/grub.cfg', GRUB, 'a')
        self.put('boot/grub/grubenv', 'kernelopts=root=UUID=%s\nboot_token=%s\n' % (UUID, PASSWORD), 'a')
        self.put('boot/loader/entries/%s-6.1.0.conf' % MACHINE, 'title %s\nlinux /%s/linux\noptions %s\nmachine-id %s\n'
                 % (NAME, MACHINE, ARGUMENTS, MACHINE))
        self.put('etc/default/grub', 'GRUB_CMDLINE_LINUX="%s"\n' % ARGUMENTS.replace('"', ''), 'a')
        self.put('etc/kernel/cmdline', ARGUMENTS + '\n')
        self.put('etc/kernelstub/configuration', json.dumps({'user': {'kernel_options': ARGUMENTS.split(), 'password': PASSWORD,
                                                                      'key': PEM}}))
        self.put('etc/gpucheck.conf', '; %s\n[gpu 0000:01:00.0]\nguest = %s@%s\n' % (NAME, USER, NAME))
        self.put('sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f',
                 b'\7\0\0\0' + ('%s-6.1.0.conf\0' % MACHINE).encode('utf-16-le'), 'wb')
        config = 'sys/bus/pci/devices/0000:01:00.0/config'
        with open(os.path.join(self.root, config), 'rb') as file:
            bytes_of = file.read()
        self.put(config, vendor_data(bytes_of), 'wb')

    def plant_machine(self):
        for path in ('etc/libvirt/qemu/ml.xml', 'run/libvirt/qemu/ml.xml'):
            self.change(path, '<name>ml</name>', '<name>ml</name>' + DEFINITION)
            self.change(path, '</devices>', DEVICES + '</devices>')
            self.change(path, '</domain>', COMMAND_LINE + '</domain>')
        self.put('var/log/libvirt/qemu/ml.log', LOG)
        guest = json.loads(self.get('gpucheck/guests/ml.json'))
        guest.update(target='%s@%s.%s:22' % (USER, NAME, DOMAIN), text='key SHA256:%s of %s' % (FINGERPRINT, MAC), owner=USER)
        self.put('gpucheck/guests/ml.json', json.dumps(guest))
        image = next(name for name in os.listdir(os.path.join(self.root, 'gpucheck/initramfs')))
        path = 'gpucheck/initramfs/' + image
        contents = json.loads(self.get(path))
        contents['files'].append({'path': 'etc/modprobe.d/owner.conf', 'text': MODPROBE})
        contents['files'].append({'path': 'etc/cmdline.d/10.conf', 'text': ARGUMENTS})
        self.put(path, json.dumps(contents))

    def setUp(self):
        super().setUp()
        self.root = self.copy(HOST)
        # Its etc/gpucheck.conf names a guest, which would be asked.
        self.own = self.fresh()
        with open(self.own, 'w', encoding='utf-8'):
            pass
        self.plant_system()
        self.plant_machine()

    def verdicts(self, root):
        report = json.loads(self.run_it('--root', root, '--format', 'json', '--config', self.own).stdout)
        return {check['id']: check['verdict'] for check in report['checks']}

    def test_all_is_there_to_be_found(self):
        """The search itself: in the host every one of them is found."""
        self.assertEqual({secret for secret, _ in search.find(self.root, SECRETS)}, set(SECRETS))

    def test_none_is_in_the_record(self):
        record, _ = self.record(self.root, '--config', self.own)
        self.assertEqual(search.find(record, SECRETS), [])
        self.assertEqual(search.find(record, [SERIAL[2:], 'deadbeefcafe']), [])
        with open(os.path.join(record, 'sys/bus/pci/devices/0000:01:00.0/config'), 'rb') as file:
            self.assertNotIn(bytes.fromhex('deadbeef'), file.read())
        self.assertEqual(self.verdicts(self.root), self.verdicts(record))

    def test_the_same_stays_the_same(self):
        """One UUID has one stand-in in every file, two have two."""
        record, _ = self.record(self.root, '--config', self.own)
        words = open(os.path.join(record, 'proc/cmdline'), encoding='utf-8').read().split()
        root = next(word for word in words if word.startswith('root=UUID='))[len('root=UUID='):]
        luks = next(word for word in words if word.startswith('rd.luks.uuid='))[len('rd.luks.uuid=luks-'):]
        self.assertNotEqual(root, luks)
        for path in ('etc/libvirt/qemu/ml.xml', 'boot/grub/grubenv', 'etc/kernel/cmdline'):
            with open(os.path.join(record, path), encoding='utf-8') as file:
                self.assertIn(root, file.read())
        self.assertEqual(len(os.listdir(os.path.join(record, 'boot/loader/entries'))), 1)

    def test_names_of_machines_stay(self):
        """A VM that is called like its host keeps its name; a host with a common name breaks no file."""
        for name in ('ml', 'linux', 'vfio', 'MENUENTRY', 'a'):
            with self.subTest(name):
                self.put('etc/hostname', name + '\n')
                self.put('proc/sys/kernel/hostname', name + '\n')
                record, said = self.record(self.root, '--config', self.own)
                self.assertIn('it gives the same', said)
                self.assertTrue(os.path.exists(os.path.join(record, 'etc/libvirt/qemu/ml.xml')))


if __name__ == '__main__':
    unittest.main()
