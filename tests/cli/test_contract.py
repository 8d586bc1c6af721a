#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The catalogue is whole: every check has its row, its recorded hosts and its documentation.

docs/checks.md is the list that gpucheck promises, in the chain's order; --explain is looked at by test_catalogue.py.
"""
import collections
import glob
import json
import os
import re
import unittest

from harness import CommandLine, FIXTURES, PASSED, SOURCE, read

DOCUMENTATION = os.path.join(SOURCE, 'docs', 'checks.md')
COLUMNS = ['check', 'passes when', 'fails or warns when', 'cannot tell when', 'fix']
NEEDED = re.compile(r'needs (\S+), which did not pass')
GOLDENS = ({'expected.json', 'expected.status', 'expected.tap'}, {'expected.status', 'expected.stderr'})


def reports():
    """Host -> the checks of its golden."""
    found = {}
    for path in sorted(glob.glob(os.path.join(FIXTURES, '*', 'expected.json'))):
        found[os.path.basename(os.path.dirname(path))] = json.loads(read(path))['checks']
    return found


def is_untold(check, checks):
    """It could not be measured: by itself, or because what it needs could not."""
    if check['verdict'] == 'error':
        return True
    needed = NEEDED.fullmatch(check['reason'])
    if check['verdict'] != 'skip' or not needed:
        return check['verdict'] == 'skip' and 'not recorded' in check['reason']
    return any(is_untold(one, checks) for one in checks
               if one['id'] == needed[1] and one['gpu'] in (None, check['gpu']))


def table_of(path):
    """The rows of a page's first table, cells stripped."""
    lines = [line for line in read(path).splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in re.split(r'(?<!\\)\|', line)[1:-1]] for line in lines]


def rows():
    return table_of(DOCUMENTATION)[2:]


def promised():
    """The ids of the documentation's rows."""
    return [row[0].strip('*`') for row in rows()]


def warns_at_most():
    """Checks of which the documentation knows no failure: what is wrong with them is a warning."""
    return {row[0].strip('*`') for row in rows() if row[2].startswith('warn:')}


def kind_of(check, checks):
    if is_untold(check, checks):
        return 'untold'
    return 'fail' if check['verdict'] == 'warn' and check['id'] in warns_at_most() else check['verdict']


class Contract(CommandLine):
    def listed(self):
        run = self.gpucheck('--list')
        self.assertEqual((run.status, run.stderr), (PASSED, ''))
        return [line.split()[0] for line in run.stdout.splitlines()[1:]]

    def test_the_catalogue_is_the_contract(self):
        self.assertEqual(self.listed(), promised())

    def test_every_check_has_a_host_that_passes_one_that_fails_and_one_that_cannot_tell(self):
        hosts = collections.defaultdict(list)
        for host, checks in reports().items():
            for check in checks:
                hosts[check['id'], kind_of(check, checks)].append(host)
        for check in self.listed():
            for kind in ('pass', 'fail', 'untold'):
                with self.subTest(check=check, kind=kind):
                    self.assertTrue(hosts[check, kind], 'no recorded host of this kind')

    def test_every_golden_holds_the_whole_catalogue(self):
        """What is recorded without --through shows each check, a host's once and the others once a card."""
        listed = self.listed()
        for host, checks in reports().items():
            gpus = {check['gpu'] for check in checks} - {None}
            if not gpus:
                continue
            for gpu in gpus:
                with self.subTest(host=host, gpu=gpu):
                    self.assertEqual([one['id'] for one in checks if one['gpu'] in (None, gpu)], listed)

    def test_every_host_has_its_goldens(self):
        for host in glob.glob(os.path.join(FIXTURES, '*', 'host')) + glob.glob(os.path.join(FIXTURES, '*', 'root')):
            names = {name for name in os.listdir(os.path.dirname(host)) if name.startswith('expected.')}
            with self.subTest(host=host):
                self.assertTrue(any(wanted <= names for wanted in GOLDENS), names)

    def test_every_row_is_whole(self):
        self.assertEqual(table_of(DOCUMENTATION)[0], COLUMNS)
        for row in rows():
            with self.subTest(row=row[0]):
                self.assertEqual(len(row), len(COLUMNS))
                self.assertTrue(all(row), 'an empty cell')

    def test_the_documentation_names_what_a_check_needs(self):
        for check in self.listed():
            needs = re.search(r'; needs (\S+)$', self.gpucheck('--explain', check).stdout.splitlines()[1])
            row = next(row for row in rows() if row[0].strip('*`') == check)
            with self.subTest(check=check):
                self.assertEqual(re.findall(r'needs `(\S+)`', row[3]), [needs[1]] if needs else [])


if __name__ == '__main__':
    unittest.main()
