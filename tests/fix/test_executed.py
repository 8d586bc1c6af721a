#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Below a root nothing of the host's runs, and nothing outside of the root is written."""
import os
import re
import unittest

from calls import NO_STRACE, traced
from fixing import Fixing, on_every_host
from harness import gpucheck

OWN = re.compile(r'gpucheck(-\w+)?')
DIFF = '/usr/bin/diff'
NOWHERE = re.compile(r'/dev/null|/memfd:.*|pipe:.*|anon_inode:.*|socket:.*')


@unittest.skipIf(NO_STRACE, NO_STRACE)
@on_every_host
class Executed(Fixing):
    def on_fix_and_undo(self, host):
        root, arguments = self.recorded_host(host)
        for step in (('--fix', '--yes', *arguments), ('--undo',)):
            calls = traced(root, *step)
            with self.subTest(step=step):
                self.assertTrue(calls.executed, calls.stderr)
                self.assertEqual([path for path in calls.executed if not self.may_run(path)], [])
                self.assertEqual([one for one in calls.written if not self.may_write(root, one[1])], [])

    def may_run(self, path):
        folder, name = os.path.split(path)
        return path == DIFF or folder == os.path.dirname(gpucheck()) and OWN.fullmatch(name)

    def may_write(self, root, path):
        return (path + '/').startswith(root.folder + '/') or NOWHERE.fullmatch(path)


@unittest.skipIf(NO_STRACE, NO_STRACE)
class Seen(Fixing):
    def test_the_tracer_sees_it(self):
        """Were it blind, the tests above would show nothing."""
        root, _ = self.recorded_host('rtx3060-vtd-off-by-argument')
        calls = traced(root, '--fix', '--yes')
        self.assertIn(DIFF, calls.executed)
        self.assertIn(('renameat', root.at('etc/default/grub.d/99-gpucheck.cfg')), calls.written)
        self.assertIn(('mkdirat', root.at('etc/default/grub.d')), calls.written)


if __name__ == '__main__':
    unittest.main()
