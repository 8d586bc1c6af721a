# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP: read by Perl's prove and by npm's tap-parser, for one host and for many."""
import json
import subprocess
import unittest

from reports import SOME, Reports, hostile, node

PARSER = '/usr/share/nodejs/tap-parser/bin/cmd.js'


class Tap(Reports):
    def by_tap_parser(self, text):
        """Its closing counts, and what it took for no TAP."""
        done = node(PARSER, '--json=0', '--strict', stdin=text)
        events = json.loads(done.stdout)
        closing = [event[1] for event in events if event[0] == 'complete']
        self.assertEqual(len(closing), 1, done.stderr)
        points = [event[1] for event in events if event[0] == 'assert']
        return closing[0], points, [event for event in events if event[0] == 'extra']

    def by_prove(self, text):
        return subprocess.run(['prove', '--exec', 'cat', self.write('report.tap', text)], capture_output=True, text=True,
                              timeout=120, check=False)

    def assertRead(self, text, checks, broken=0):
        closing, points, strange = self.by_tap_parser(text)
        bad = sum(one['verdict'] in ('fail', 'error') for one in checks) + broken
        self.assertEqual((closing['count'], closing['fail'], closing['skip']),
                         (len(checks) + broken, bad, sum(one['verdict'] == 'skip' for one in checks)))
        self.assertEqual(strange, [])
        for point, one in zip(points, checks):
            self.assertEqual(point['ok'], one['verdict'] not in ('fail', 'error'))
            self.assertIn(one['id'], point['name'])
            if one['verdict'] != 'pass':
                self.assertEqual(point['diag']['reason'], one['reason'])
        done = self.by_prove(text)
        self.assertEqual(done.returncode == 0, bad == 0, done.stdout + done.stderr)
        self.assertNotIn('Parse errors', done.stdout)
        self.assertIn('Tests=%d' % (len(checks) + broken), done.stdout)
        if bad:
            self.assertIn('Failed: %d)' % bad, done.stdout)

    def test_recorded_hosts(self):
        for name in SOME:
            with self.subTest(name=name):
                self.assertRead(self.of_host(name, 'tap')[1], self.json_of(name)['checks'])

    def test_fleet(self):
        files = self.files()
        hosts = json.loads(self.merge('json', *files)[1])['hosts']
        text = self.merge('tap', *files, self.write('broken.json', '{'), stderr='broken.json')[1]
        self.assertRead(text, [one for host in hosts for one in host['checks']], broken=1)

    def test_fleet_names_the_host(self):
        text = self.merge('tap', *self.files(SOME))[1]
        for name in SOME:
            wanted = [' '.join(filter(None, (name, one['id'], one['gpu']))) for one in self.json_of(name)['checks']]
            found = [line.split(' - ')[1] for line in text.splitlines() if ' - %s ' % name in line]
            self.assertEqual([line.startswith(start) for line, start in zip(found, wanted)], [True] * len(wanted))
            self.assertEqual(len(found), len(wanted))

    def test_hostile(self):
        document = hostile()
        text = self.merge('tap', self.write('hostile.json', document))[1]
        closing, points, strange = self.by_tap_parser(text)
        self.assertEqual((closing['count'], closing['skip'], strange), (len(document['checks']), 1, []))
        self.assertEqual([point['ok'] for point in points],
                         [one['verdict'] not in ('fail', 'error') for one in document['checks']])
        self.assertNotIn('Parse errors', self.by_prove(text).stdout)

    def test_readers_refuse(self):
        text = self.of_host(SOME[0], 'tap')[1].replace('1..', '1..1', 1)
        self.assertFalse(self.by_tap_parser(text)[0]['ok'])
        self.assertIn('Parse errors', self.by_prove(text).stdout)


if __name__ == '__main__':
    unittest.main()
