#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk that really is full: every number of files that still fit, and too little room."""
import os
import subprocess
import tempfile
import unittest

import hosts
from faults import Faults, said
from harness import FAILED, NO_MOUNT_NAMESPACE, Run, environment, gpucheck, text
from test_errors import Judge, count_ends

# $1 a folder to mount on, $2 the host, $3 where it goes afterwards, $4 the limit behind what is used now.
SCRIPT = '''\
mount -t tmpfs -o mode=755,size=64m none "$1" && cp -a "$2"/. "$1" || exit 99
limit=$4
case $limit in
nr_inodes=*) limit=nr_inodes=$(($(df --output=iused "$1" | tail -n 1) + ${limit#*=})) ;;
size=*) limit=size=$(($(df --output=used "$1" | tail -n 1) + ${limit#*=}))k ;;
esac
mount -o remount,$limit "$1" || exit 99
place=$1 copy=$3
shift 4
status=0
"$@" --root "$place" || status=$?
mkdir "$copy" && cp -a "$place"/. "$copy" || exit 99
exit $status
'''
FILES = 24  # more than a plan and its record take


@unittest.skipIf(NO_MOUNT_NAMESPACE, NO_MOUNT_NAMESPACE)
class FullDisk(Faults):
    def run_on(self, story, state, limit, *arguments):
        """How gpucheck ended on a file system with that limit, and a copy of what it left."""
        folder = tempfile.mkdtemp(dir=story.folder)
        place, copy = os.path.join(folder, 'mounted'), os.path.join(folder, 'left')
        os.mkdir(place)
        done = subprocess.run(['unshare', '-m', 'sh', '-c', SCRIPT, 'sh', place, story.root(state), copy, limit,
                               gpucheck(), *arguments], stdin=subprocess.DEVNULL, capture_output=True,
                              env=environment(), timeout=hosts.SECONDS, check=False)
        run = Run(done.returncode, text(done.stdout), text(done.stderr))
        self.assertNotEqual(run.status, 99, run.stderr)
        return run, copy

    def fill(self, what, kind, state, *arguments):
        story = hosts.story(kind)
        judge = Judge(story)

        def work(free):
            run, root = self.run_on(story, state, 'nr_inodes=%d' % free, *arguments)
            return (judge.undoing if state == 'after' else judge.applying)(root, run)

        ends = self.at_each(range(FILES), work)
        self.assertIn('taken back' if state == 'after' else 'applied', ends)
        self.tell('%s: room for 0 to %d files in %s: %s' % (kind, FILES - 1, what, count_ends(ends)))

    def test_applying(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                self.fill('applying', kind, 'before', '--fix', '--yes')

    def test_undoing(self):
        for kind in hosts.KINDS:
            with self.subTest(kind=kind):
                self.fill('undoing', kind, 'after', '--undo')

    def test_too_little_room_is_seen_before(self):
        story = hosts.story('desktop')
        run, root = self.run_on(story, 'before', 'size=512', '--fix', '--yes')
        self.assertEqual(run.status, FAILED, said(run))
        self.assertRegex(run.stderr, 'gpucheck: nothing was changed: /var/lib/gpucheck: 1024 KiB are needed there, '
                                     r'\d+ KiB are free')
        self.assertEqual(hosts.tree_of(root), story.before)


class FileSizeLimit(Faults):
    def test_nothing_is_changed(self):
        """ulimit -f: not even the plan can be shown."""
        story = hosts.story('desktop')
        for limit in (0, 1, 2):
            root = story.root('before')
            wrapper = ['sh', '-c', 'trap "" XFSZ; ulimit -f %d; exec "$@"' % limit, 'sh']
            run = story.run(root, '--fix', '--yes', wrapper=wrapper)
            with self.subTest(limit=limit):
                self.assertNotIn('is applied', run.stderr)
                self.assertRegex(run.stderr, 'gpucheck: .*: File too large\n')
                self.assertGreater(run.status, 0)
                self.assertEqual(hosts.tree_of(root), story.before)


if __name__ == '__main__':
    unittest.main()
