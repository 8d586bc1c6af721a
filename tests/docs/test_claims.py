# SPDX-License-Identifier: GPL-2.0-or-later
"""Every promise of the threat model names tests, and they are there."""
import ast
import glob
import importlib.util
import os
import re
import unittest

from harness import SOURCE, read
import pages

PAGE = 'docs/threat-model.md'
ROW = re.compile(r'\| (T\d+) \| (.+) \| (.+?) \|')
NAMED = re.compile(r'`(\w+) ([\w.]+)`')


def claims():
    """Id -> (promise, what its last column says)."""
    found = [ROW.fullmatch(line) for line in pages.lines_of(PAGE)]
    return [match.groups() for match in found if match]


def suites():
    """Of tests/run.py, which ./dev test runs."""
    spec = importlib.util.spec_from_file_location('suites', os.path.join(SOURCE, 'tests/run.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SUITES


def methods(tree):
    return {'%s.%s' % (one.name, inner.name) for one in tree.body if isinstance(one, ast.ClassDef)
            for inner in one.body if isinstance(inner, ast.FunctionDef)}


def tests_of(suite):
    """Class.method of a suite in Python; of the suite in C what START_TEST begins."""
    if suite == 'unit':
        return {name for path in glob.glob(os.path.join(SOURCE, 'tests/unit/*.c'))
                for name in re.findall(r'^START_TEST\((\w+)\)', read(path), re.M)}
    return {name for path in glob.glob(os.path.join(SOURCE, 'tests', suite, 'test_*.py'))
            for name in methods(ast.parse(read(path)))}


def is_there(suite, name, known={}):
    if suite not in suites():
        return False
    if suite not in known:
        known[suite] = tests_of(suite)
    return name in known[suite] and re.search(r'(^|\.)(test_|on_)', name) is not None or \
        suite == 'unit' and name in known[suite]


class Claims(unittest.TestCase):
    def test_ids_are_in_order(self):
        self.assertEqual([one for one, _, _ in claims()], ['T%d' % (n + 1) for n in range(len(claims()))])
        self.assertGreater(len(claims()), 20)

    def test_each_names_tests_that_are_there(self):
        for one, _, column in claims():
            named = NAMED.findall(column)
            with self.subTest(claim=one):
                self.assertTrue(named, 'no test')
                self.assertEqual(NAMED.sub('', column).strip(', '), '', 'not of the form `SUITE NAME`')
            for suite, name in named:
                with self.subTest(claim=one, test=name):
                    self.assertTrue(is_there(suite, name), 'tests/%s has no %s' % (suite, name))

    def test_one_that_is_missing_is_seen(self):
        """This test itself."""
        for suite, name in (('privilege', 'Report.test_of_nothing'), ('nowhere', 'Report.test_anothers_link'),
                            ('unit', 'no_such_test'), ('privilege', 'Report.run_into')):
            with self.subTest(suite=suite, name=name):
                self.assertFalse(is_there(suite, name))
        self.assertTrue(is_there('privilege', 'Report.test_anothers_link'))

    def test_every_test_of_privilege_is_named(self):
        """A promise that is tested is one that is made; those of the tests themselves are not."""
        named = {name for _, _, column in claims() for suite, name in NAMED.findall(column) if suite == 'privilege'}
        tests = {name for name in tests_of('privilege') if '.test_' in name}
        self.assertEqual({name for name in tests - named if not re.search('the_tracer_sees_it|ones_own|own_is_taken|'
                                                                          'who_is_not_root_is_not_asked', name)}, set())
