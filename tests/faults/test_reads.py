#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be read of a device decides nothing about it."""
import os
import unittest

import hosts
from faults import Faults

BRIDGE = 'sys/devices/pci0000:00/0000:00:08.1'
INTEGRATED = '0000:0f:00.0'
BOUND = 'driver.vfio: vfio-pci gets every function of %s at boot'


class IntegratedGpu(Faults):
    def is_bound_by(self, story):
        run = story.run(story.root('before'), '--fix', '--dry-run')
        self.assertIn(BOUND % '0000:01:00.0', run.stdout)
        return BOUND % INTEGRATED in run.stdout

    def test_stays_with_the_host(self):
        self.assertFalse(self.is_bound_by(hosts.story('server')))

    def test_stays_with_the_host_when_its_kind_cannot_be_told(self):
        story = hosts.story('server')
        for path in ('vendor', 'device', INTEGRATED + '/vendor', INTEGRATED + '/device'):
            place = os.path.join(story.root('before'), BRIDGE, path)
            os.rename(place, place + '.aside')
            os.symlink(os.path.basename(place), place)
            bound = self.is_bound_by(story)
            os.rename(place + '.aside', place)
            self.assertFalse(bound, path)


if __name__ == '__main__':
    unittest.main()
