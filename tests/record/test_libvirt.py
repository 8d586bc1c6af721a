# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual machines as libvirt itself tells them, by its test driver: --connect with --record."""
import json
import os
import unittest

import search
from recording import Recording

HOST = 'rtx3060-ready'
PASSWORD, UUID = 'topsecret', '6f9619ff-8b86-d011-b42d-00cf4fc964ff'
NODE = """<node><domain type='test'><name>ml</name><uuid>%s</uuid><title>of Alice</title><memory unit='GiB'>4</memory>
<os><type>hvm</type></os><devices>
<hostdev mode='subsystem' type='pci' managed='yes'>
  <source><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>
<graphics type='vnc' passwd='%s'/></devices></domain></node>""" % (UUID, PASSWORD)


class Libvirt(Recording):
    def test_what_libvirt_tells(self):
        """Its definitions become its files, and the record, which asks no libvirt, says the same."""
        node = self.fresh()
        with open(node, 'w', encoding='utf-8') as file:
            file.write(NODE)
        root, connect = self.copy(HOST), 'test://' + node
        record, said = self.record(root, '--connect', connect)
        self.assertIn('it gives the same', said)
        for folder in ('etc', 'run'):
            self.assertTrue(os.path.exists(os.path.join(record, folder, 'libvirt/qemu/ml.xml')))
        self.assertEqual(search.find(record, [PASSWORD, UUID, 'Alice']), [])
        asked, replayed = (json.loads(self.run_it('--root', place, '--format', 'json', *more).stdout)['checks']
                           for place, more in ((root, ['--connect', connect]), (record, [])))
        self.assertEqual([(one['id'], one['vm'], one['verdict']) for one in asked],
                         [(one['id'], one['vm'], one['verdict']) for one in replayed])
        self.assertIn(('vm.hostdev', 'ml', 'pass'), [(one['id'], one['vm'], one['verdict']) for one in replayed])

    def test_no_answer_stays_an_error(self):
        """libvirt does not answer: the record gives the same error."""
        record, said = self.record(self.copy(HOST), '--connect', 'test:///no/such/file')
        self.assertIn('not read: libvirt at test:///no/such/file', said)
        self.assertIn('it gives the same', said)
        checks = {one['id']: one for one in json.loads(self.run_it('--root', record, '--format', 'json').stdout)['checks']}
        self.assertEqual(checks['vm.hostdev']['verdict'], 'error')


if __name__ == '__main__':
    unittest.main()
