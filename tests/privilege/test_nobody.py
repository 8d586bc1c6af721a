# SPDX-License-Identifier: GPL-2.0-or-later
"""Who is not root: gpucheck reads, says what it may not, becomes nobody else and writes nothing."""
import os
import re
import unittest

from calls import WRITING
from harness import NOBODY
from live import Live
from traps import Trace, chowned, no_strace

CHANGING = re.compile(r'mkdir|rename|unlink|rmdir|link|symlink|mknod|chmod|chown|truncate|mount')
NO_STRACE = no_strace()


@unittest.skipIf(NO_STRACE, NO_STRACE)
class AsNobody(Live):
    def test_every_mode(self):
        """Checks, plan, undo and list: no program but ours and diff, no file opened for writing, none made."""
        for arguments, says in ((('-t', 'display'), None), (('--fix', '--yes', 'iommu'), 'only root may change this host'),
                                (('--fix', '--dry-run', 'iommu'), None), (('--undo',), 'only root may change this host'),
                                (('--topology',), None), (('--list',), None)):
            os.chmod(self.work, 0o777)
            log = os.path.join(self.work, 'log')
            if os.path.exists(log):
                os.unlink(log)
            trace = Trace(log, {})
            before = self.tree(self.root)
            run = self.live(*arguments, prefix=[*NOBODY, *trace.prefix])
            with self.subTest(arguments):
                self.assertIn(run.status, (0, 1, 2, 3), run.stderr)
                if says:
                    self.assertIn(says, ' '.join(run.stderr.split()))
                programs = {os.path.basename(path) for path, _ in trace.executed()}
                self.assertLessEqual(programs, {'diff', 'gpucheck-definitions', 'gpucheck-libvirt', 'gpucheck-initramfs'})
                self.assertEqual([one for one in trace.calls() if self.writes(*one)], [])
                self.assertUnchanged(before, self.root)

    @staticmethod
    def writes(name, rest):
        """Of what is opened for writing two are tried, or thrown away, and never changed by it."""
        if name.startswith('open') and WRITING.search(rest):
            return not re.search(r'"/dev/null"|"dev/kvm"', rest)
        return bool(CHANGING.match(name.rstrip('0123456789').replace('at', '')) and name != 'readlink')

    def test_anothers_record_is_not_his(self):
        """The state folder is root's alone."""
        self.assertFixed(self.fix_live())
        run = self.live('--undo', 'list', prefix=NOBODY)
        self.assertNotIn('applied', run.stdout)
        self.assertIn('Permission denied', run.stderr)

    def test_a_root_of_his_own(self):
        """There he may do what he likes, as himself."""
        root = self.machine()
        for place, folders, files in os.walk(root.folder):
            for path in [place, *(os.path.join(place, name) for name in folders + files)]:
                chowned(path, 65534)
        run = self.gpucheck('--root', root.folder, '--fix', '--yes', 'iommu.cmdline', nobody=True)
        self.assertIn('plan 1 is applied', run.stderr)


if __name__ == '__main__':
    unittest.main()
