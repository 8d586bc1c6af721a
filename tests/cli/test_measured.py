#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Not measured is never green.

On hosts where everything passes, each path that a check looks at (strace tells which) is made unreadable, forbidden to
an unprivileged reader, taken away, or, where there was none, planted unreadably. The check must then not pass, but for
what harmless.py lists with reasons. A new check is covered as soon as it passes on one of these hosts.
"""
import os
import shutil
import unittest

import harmless
from harness import CommandLine, PASSED, Report, Root, arguments_of, built_root
from spoil import ways
from trace import paths_opened


def own_copy(name, folder):
    """A root whose files are nobody else's: modes are changed in it."""
    root = os.path.join(folder, 'root')
    shutil.copytree(built_root(name), root, symlinks=True)
    return Root(root)


def is_calm(check, way):
    """It passes; or it does not apply, and not because what it needs did not pass, where something is unreadable."""
    return check['verdict'] == 'pass' or (way != 'missing' and check['verdict'] == 'skip'
                                          and not check['reason'].startswith('needs '))


class Measured:
    """The tests of one healthy host. NAME is its fixture, COMPANIONS says who travels with which GPU."""
    COMPANIONS = {}

    def setUp(self):
        self.host = own_copy(self.NAME, self.folder())
        self.points = 0

    def healthy(self):
        """The checks that pass while everything can be read, and the cards they are about."""
        checks = self.report(self.host, *arguments_of(self.NAME)).checks
        self.assertLessEqual({one['verdict'] for one in checks}, {'pass', 'skip'}, '%s is not healthy' % self.NAME)
        passing = dict.fromkeys(one['id'] for one in checks if one['verdict'] == 'pass')
        self.assertGreater(len(passing), 8)
        return list(passing), sorted({one['gpu'] for one in checks if one['gpu']})

    def readers(self, gpu, checks):
        """Path -> how it is looked at, and path -> the checks that do, each asked for by itself."""
        how, readers = {}, {}
        for check in checks:
            for path, kind in paths_opened(self.host.folder, '--gpu', gpu, check).items():
                how.setdefault(path, kind)
                readers.setdefault(path, set()).add(check)
        self.assertGreater(len(how), 20, 'strace saw too little')
        return how, readers

    def spoil_each(self, how, judge, gpu, *arguments):
        """Spoil every path in every way, one after the other, and judge the report; None when there is none."""
        for path in sorted(how):
            path_by_role = harmless.by_role(self.host.folder, path, gpu, self.COMPANIONS.get(gpu, ()))
            for way, spoil in ways(self.host.folder, path):
                self.points += 1
                with self.subTest(path=path, way=way), spoil(self.host.folder, path, how[path]):
                    run = self.gpucheck('--root', self.host.folder, '-f', 'json', *arguments,
                                        nobody=way == 'forbidden')
                    judge(path, path_by_role, way, Report(run) if run.stdout else None)

    def test_no_check_passes_on_what_it_cannot_read(self):
        checks, gpus = self.healthy()
        for gpu in gpus:
            how, readers = self.readers(gpu, checks)

            def judge(path, path_by_role, way, report):
                calm = [one['id'] for one in report.checks if is_calm(one, way)] if report else []
                wrong = [check for check in sorted(readers[path].intersection(calm))
                         if not harmless.for_check(check, path_by_role, way)]
                self.assertEqual(wrong, [], '%s say nothing although /%s is %s' % (' '.join(wrong), path, way))

            self.spoil_each(how, judge, gpu, '--gpu', gpu)
        print('%s: %d points tried, check by check' % (self.NAME, self.points), flush=True)

    def test_no_card_is_passed_over(self):
        """Without --gpu the same cards are judged, or the status is not 0."""
        if arguments_of(self.NAME):
            self.skipTest('this host is asked about a named card')
        wanted = self.healthy()[1]

        def judge(path, path_by_role, way, report):
            if report and report.run.status == PASSED and not harmless.for_choice(path_by_role, way):
                self.assertEqual(sorted({one['gpu'] for one in report.checks if one['gpu']}), wanted,
                                 'status 0 although /%s is %s' % (path, way))

        self.spoil_each(paths_opened(self.host.folder), judge, wanted[0])
        print('%s: %d points tried, for the choice of the card' % (self.NAME, self.points), flush=True)


class Ready(Measured, CommandLine):
    NAME = 'rtx3060-ready'
    COMPANIONS = {'0000:01:00.0': ('0000:01:00.1',)}


class Xorg(Measured, CommandLine):
    NAME = 'xorg-busid-is-the-igpu'
    COMPANIONS = {'0000:65:00.0': ('0000:65:00.1',)}


class VariantDriver(Measured, CommandLine):
    NAME = 'arc-pro-b50-vf-on-variant-driver'


class WholeChain(Measured, CommandLine):
    """With a VM that runs, and a recorded guest."""
    NAME = 'rtx3060-seen-by-the-guest'
    COMPANIONS = {'0000:01:00.0': ('0000:01:00.1',)}


class CompanionOnAnotherBus(Measured, CommandLine):
    NAME = 'arc-a770-ready-in-one-group'
    COMPANIONS = {'0000:03:00.0': ('0000:04:00.0',)}


class GroupOfBridges(Measured, CommandLine):
    NAME = 'epyc-a100-group-of-bridges'


class VirtualFunction(Measured, CommandLine):
    NAME = 'alder-lake-sriov-vf'


class BuiltInDriver(Measured, CommandLine):
    NAME = 'ubuntu-vfio-built-in-by-argument'
    COMPANIONS = {'0000:01:00.0': ('0000:01:00.1',)}


if __name__ == '__main__':
    unittest.main()
