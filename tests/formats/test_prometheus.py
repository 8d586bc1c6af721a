# SPDX-License-Identifier: GPL-2.0-or-later
"""Prometheus: promtool has nothing to say, and a real node_exporter serves what was written."""
import contextlib
import os
import re
import subprocess
import unittest
import urllib.request

import harness
from reports import HOSTS, SOME, VERDICTS, Reports, hostile, program

NAMES = ['gpucheck_build_info', 'gpucheck_check_verdict', 'gpucheck_checks', 'gpucheck_last_run_timestamp_seconds',
         'gpucheck_status']
SERIES = re.compile(r'(?m)^(gpucheck_\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def series(text):
    """{(name, labels): value}; an empty label is none, as for Prometheus."""
    found = [((name, frozenset((key, value) for key, value in LABEL.findall(labels) if value)), float(value))
             for name, labels, value in SERIES.findall(text)]
    assert len(dict(found)) == len(found), 'a series stands there twice'
    return dict(found)


def errors(answer):
    """What node_exporter says of the files it read, and of the series in them."""
    found = dict(re.findall(r'(?m)^(node_textfile_scrape_error|promhttp_metric_handler_errors_total{cause="gathering"}) (\d+)$',
                            answer))
    return tuple(int(found[key]) for key in sorted(found))


class Promtool(Reports):
    def judge(self, text):
        return subprocess.run([program('prometheus', 'promtool'), 'check', 'metrics'], input=text.encode(),
                              capture_output=True, timeout=60, check=False)

    def assertGood(self, text):
        done = self.judge(text)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b'', b''))

    def test_every_recorded_host(self):
        for name in HOSTS:
            with self.subTest(name=name):
                self.assertGood(self.of_host(name, 'prometheus')[1])

    def test_fleet(self):
        files = [*self.files(), self.write('hostile.json', hostile()), self.write('broken.json', '{')]
        self.assertGood(self.merge('prometheus', *files, stderr='broken.json')[1])

    def test_fleet_without_a_host(self):
        self.assertGood(self.merge('prometheus', self.write('broken.json', '{'), stderr='broken.json')[1])

    def test_promtool_refuses(self):
        good = self.of_host(SOME[0], 'prometheus')[1]
        for old, new in (('gpucheck_status 0', 'gpucheck_status zero'), ('# HELP gpucheck_status', '# HELP other')):
            with self.subTest(new=new):
                self.assertIn(old, good)
                self.assertNotEqual(self.judge(good.replace(old, new)).returncode, 0)


class Content(Reports):
    def assertSame(self, found, document, host=()):
        """The series tell what the JSON report does."""
        host = (('host', host),) if host else ()
        wanted = {('gpucheck_status', frozenset(host)): document['summary']['status'],
                  ('gpucheck_last_run_timestamp_seconds', frozenset(host)): 0,
                  ('gpucheck_build_info', frozenset((*host, ('version', document['version'])))): 1}
        for verdict in VERDICTS:
            wanted['gpucheck_checks', frozenset((*host, ('verdict', verdict)))] = document['summary'][verdict]
            for one in document['checks']:
                labels = {'check': one['id'], 'stage': one['stage'], 'gpu': one['gpu'], 'vm': one['vm'], 'verdict': verdict}
                labels = frozenset((*host, *((key, value) for key, value in labels.items() if value)))
                wanted['gpucheck_check_verdict', labels] = float(one['verdict'] == verdict)
        self.assertEqual(found, wanted)

    def test_every_recorded_host(self):
        for name in HOSTS:
            with self.subTest(name=name):
                self.assertSame(series(self.of_host(name, 'prometheus')[1]), self.json_of(name))

    def test_fleet_names_every_host(self):
        found = series(self.merge('prometheus', *self.files(SOME), self.write('broken', '['), stderr='broken')[1])
        self.assertEqual(found.pop(('gpucheck_unreadable_reports', frozenset())), 1)
        for name in SOME:
            mine = {key: value for key, value in found.items() if ('host', name) in key[1]}
            self.assertSame(mine, self.json_of(name), name)
            found = {key: value for key, value in found.items() if key not in mine}
        self.assertEqual(found, {})

    def test_twice_is_the_worst(self):
        found = series(self.merge('prometheus', self.write('hostile.json', hostile()))[1])
        twice = {dict(labels)['verdict']: value for (_, labels), value in found.items() if ('check', 'vm.twice') in labels}
        self.assertEqual(twice, {verdict: float(verdict == 'fail') for verdict in VERDICTS})

    def test_names(self):
        text = self.of_host(SOME[0], 'prometheus')[1]
        for kind in ('HELP', 'TYPE'):
            self.assertEqual(sorted(re.findall('(?m)^# %s (\\S+) ' % kind, text)), NAMES)


    def test_page_lists_every_name(self):
        page = harness.read(os.path.join(harness.SOURCE, 'docs/formats.md'))
        listed = re.findall(r'(?m)^\| `(gpucheck_\w+)` \|', page)
        self.assertEqual(sorted(listed), sorted([*NAMES, 'gpucheck_unreadable_reports']))


class NodeExporter(Reports):
    @contextlib.contextmanager
    def serving(self, text):
        """What a node_exporter with this file in its folder answers."""
        folder = os.path.join(self.place, 'textfile')
        os.makedirs(folder, exist_ok=True)
        self.write('textfile/gpucheck.prom', text)
        command = [program('prometheus-node-exporter', 'prometheus-node-exporter'), '--web.listen-address=127.0.0.1:0',
                   '--web.disable-exporter-metrics', '--collector.disable-defaults', '--collector.textfile',
                   '--collector.textfile.directory=' + folder]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True) as exporter:
            try:
                found = None
                for line in exporter.stderr:
                    found = re.search(r'Listening on.* address=(127\.0\.0\.1:\d+)', line)
                    if found:
                        break
                self.assertTrue(found, 'node_exporter does not listen')
                # What was wrong with one scrape is counted in the next.
                for _ in range(2):
                    with urllib.request.urlopen('http://%s/metrics' % found.group(1), timeout=30) as answer:
                        text = answer.read().decode()
                yield text
            finally:
                exporter.terminate()

    def assertServed(self, text):
        with self.serving(text) as answer:
            self.assertEqual(errors(answer), (0, 0))
            self.assertEqual(series(answer), series(text))

    def test_recorded_hosts(self):
        for name in SOME:
            with self.subTest(name=name):
                self.assertServed(self.of_host(name, 'prometheus')[1])

    def test_fleet(self):
        files = [*self.files(), self.write('hostile.json', hostile()), self.write('broken.json', '{')]
        self.assertServed(self.merge('prometheus', *files, stderr='broken.json')[1])

    def test_same_series_twice_is_an_error(self):
        text = self.of_host(SOME[0], 'prometheus')[1]
        with self.serving(text + 'gpucheck_status 0\n') as answer:
            self.assertEqual(errors(answer), (0, 1))

    def test_text_that_is_no_metric_is_an_error(self):
        with self.serving(self.of_host(SOME[0], 'prometheus')[1] + 'gpucheck_status{\n') as answer:
            self.assertEqual(errors(answer), (1, 0))


if __name__ == '__main__':
    unittest.main()
