#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What cannot be read of a device decides nothing about it."""
import os
import unittest

import hosts
from faults import Faults

BRIDGE = 'sys/devices/pci0000:00/0000:00:08.1'
INTEGRATED = '0000:0f:00.0'


class IntegratedGpu(Faults):
    # host/gpu_kind.c calls a GPU discrete when an id cannot be read, and engine/target.c chooses it then.
    @unittest.expectedFailure
    def test_stays_with_the_host_when_its_kind_cannot_be_told(self):
        story = hosts.story('server')
        for path in ('vendor', 'device', INTEGRATED + '/vendor', INTEGRATED + '/device'):
            place = os.path.join(story.root('before'), BRIDGE, path)
            os.rename(place, place + '.aside')
            os.symlink(os.path.basename(place), place)
            run = story.run(story.root('before'), '--fix', '--dry-run')
            os.rename(place + '.aside', place)
            self.assertNotIn('amdgpu', run.stdout + run.stderr, path)


if __name__ == '__main__':
    unittest.main()
