# SPDX-License-Identifier: GPL-2.0-or-later
"""JUnit: accepted by the schema of Jenkins' xUnit plugin, and read by junitparser."""
import os
import re
import subprocess
import unittest
import xml.etree.ElementTree

import junitparser

from reports import CONSUMERS, HOSTS, SOME, Reports, hostile

SCHEMA = os.path.join(CONSUMERS, 'junit-schema', 'package/test/resources/jenkins-junit.xsd')
WHY_NOT = os.path.join(CONSUMERS, 'junit-schema.log')  # of the npm that could not fetch it
UNREACHABLE = re.compile(r'\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b')
KINDS = {junitparser.Skipped: 'skip', junitparser.Failure: 'fail', junitparser.Error: 'error'}


def verdict_of(case):
    return KINDS[type(case.result[0])] if case.result else 'warn' if case.system_out else 'pass'


class Schema(Reports):
    def setUp(self):
        super().setUp()
        if os.path.exists(SCHEMA):
            return
        if os.path.exists(WHY_NOT):
            with open(WHY_NOT, encoding='utf-8') as log:
                if UNREACHABLE.search(log.read()):
                    self.skipTest('the schema could not be fetched, the npm registry is out of reach (%s)' % WHY_NOT)
        self.fail('the schema is missing: ./dev test formats fetches it (see %s)' % WHY_NOT)

    def judge(self, text):
        path = self.write('report.xml', text)
        return subprocess.run(['xmllint', '--nonet', '--noout', '--schema', SCHEMA, path], capture_output=True,
                              text=True, timeout=60, check=False)

    def assertValid(self, text):
        done = self.judge(text)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_recorded_host(self):
        for name in HOSTS:
            with self.subTest(name=name):
                self.assertValid(self.of_host(name, 'junit')[1])

    def test_verbose(self):
        for name in SOME:
            with self.subTest(name=name):
                self.assertValid(self.of_host(name, 'junit', '-v')[1])

    def test_fleet(self):
        files = [*self.files(), self.write('hostile.json', hostile()), self.write('broken.json', '{')]
        self.assertValid(self.merge('junit', *files, stderr='broken.json')[1])

    def test_schema_refuses(self):
        good = self.of_host(SOME[0], 'junit')[1]
        for old, new in (('<skipped>', '<skipped/><skipped>'), (' name="gpucheck"', ' names="gpucheck"'),
                         ('</testsuites>', '')):
            with self.subTest(new=new):
                self.assertIn(old, good)
                self.assertNotEqual(self.judge(good.replace(old, new, 1)).returncode, 0)


class Parser(Reports):
    def suites(self, text):
        return list(junitparser.JUnitXml.fromstring(text.encode()))

    def assertSame(self, suite, document, strict=False):
        """The suite tells what the JSON report does."""
        wanted = document['summary']
        self.assertEqual((suite.tests, suite.failures, suite.errors, suite.skipped),
                         (len(document['checks']), wanted['fail'] + (wanted['warn'] if strict else 0), wanted['error'],
                          wanted['skip']))
        self.assertEqual([(case.classname, case.name, verdict_of(case)) for case in suite],
                         [('gpucheck.' + one['stage'], ' '.join(filter(None, (one['id'], one['gpu'], one['vm']))),
                           'fail' if strict and one['verdict'] == 'warn' else one['verdict'])
                          for one in document['checks']])
        for case, one in zip(suite, document['checks']):
            if one['verdict'] in ('fail', 'error'):
                self.assertEqual(case.result[0].message, one['reason'])
                for evidence in one['evidence']:
                    self.assertIn(evidence['value'], case.result[0].text)
            elif one['verdict'] == 'skip':
                self.assertEqual(case.result[0].text, one['reason'])
            elif one['verdict'] == 'warn' and not strict:
                self.assertTrue(case.system_out.startswith('warning: ' + one['reason']))

    def test_every_recorded_host(self):
        for name in HOSTS:
            with self.subTest(name=name):
                suites = self.suites(self.of_host(name, 'junit')[1])
                self.assertEqual(len(suites), 1)
                self.assertSame(suites[0], {**self.json_of(name), 'host': suites[0].name})

    def test_strict(self):
        for name in SOME:
            with self.subTest(name=name):
                self.assertSame(self.suites(self.of_host(name, 'junit', '--strict')[1])[0], self.json_of(name), True)

    def test_fleet(self):
        text = self.merge('junit', *self.files())[1]
        suites = {suite.name: suite for suite in self.suites(text)}
        self.assertEqual(sorted(suites), HOSTS)
        for name in HOSTS:
            self.assertSame(suites[name], self.json_of(name))
            self.assertEqual(suites[name].hostname, name)
            self.assertEqual(suites[name].timestamp, '1970-01-01T00:00:00')
        whole = junitparser.JUnitXml.fromstring(text.encode())
        said = whole.tests, whole.failures, whole.errors
        whole.update_statistics()
        self.assertEqual(said, (whole.tests, whole.failures, whole.errors))

    def test_broken_file(self):
        suites = self.suites(self.merge('junit', *self.files(SOME[:1]), self.write('broken', '{'), stderr='broken')[1])
        self.assertEqual([(suite.tests, suite.errors) for suite in suites[1:]], [(1, 1)])
        self.assertRegex(next(iter(suites[1])).result[0].message, 'is no JSON')

    def test_hostile(self):
        document = hostile()
        text = self.merge('junit', self.write('hostile.json', document))[1]
        suite = xml.etree.ElementTree.fromstring(text.encode()).find('testsuite')
        self.assertEqual(len(suite.findall('testcase')), len(document['checks']))
        for one in suite.iter():
            self.assertIn(one.tag, ('testsuite', 'testcase', 'failure', 'error', 'skipped', 'system-out', 'properties',
                                    'property'))
            for value in (*one.attrib.values(), one.text or ''):
                if 'quotes' in value:
                    self.assertIn('" quotes \' and < & > and ]]> and <![CDATA[ and --> and &#0; and \\', value)
                    self.assertIn('\\x0aok 1 - forged', value)
                    self.assertIn('\\xef\\xbf\\xbe\\xef\\xbf\\xbf \U0010ffff \u00e9', value)


if __name__ == '__main__':
    unittest.main()
