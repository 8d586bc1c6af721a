# SPDX-License-Identifier: GPL-2.0-or-later
"""--merge: many hosts' JSON reports become one, and no file, however broken, stops it."""
import json
import os
import re
import subprocess
import unittest

import harness
from harness import FAILED, NOT_MEASURED, PASSED, REFUSED
from reports import HOSTS, SOME, Reports, document, hostile

MIB = 1 << 20
READY, WARNS, EMPTY, UNKNOWN, FAILS = SOME[:5]  # their exit statuses: 0 0 2 3 1
# What a valid report is made into, and what gpucheck must say of it.
BROKEN = {
    'no key': (lambda one: one.pop('host'), 'host is missing'),
    'no checks': (lambda one: one.pop('checks'), 'checks is missing'),
    'other schema': (lambda one: one.update(schema='gpucheck-report-2'), '"gpucheck-report-2" is not gpucheck-report-1'),
    'no schema': (lambda one: one.pop('schema'), 'is no report of gpucheck --format json: schema is missing'),
    'host is a number': (lambda one: one.update(host=7), 'host is not a text'),
    'host is empty': (lambda one: one.update(host=''), 'host is empty'),
    'time': (lambda one: one.update(time='2026-02-30T00:00:00Z'), '"2026-02-30T00:00:00Z" is not like'),
    'time of a zone': (lambda one: one.update(time='2026-01-31T12:00:00+01:00'), 'is not like'),
    'checks is an object': (lambda one: one.update(checks={}), 'checks is not a list'),
    'check is a text': (lambda one: one['checks'].insert(3, 'x'), r'checks\[3\]: is not an object'),
    'verdict': (lambda one: one['checks'][2].update(verdict='PASS'),
                r'checks\[2\]: verdict: "PASS" is not one of pass, skip, warn, error, fail'),
    'stage': (lambda one: one['checks'][0].update(stage='moon'), r'checks\[0\]: stage: "moon" is not one of host, iommu'),
    'id': (lambda one: one['checks'][0].update(id='host kvm'), '"host kvm" is not the id of a check'),
    'gpu': (lambda one: one['checks'][1].update(gpu='01:00.0'), '"01:00.0" is not a full PCI address'),
    'vm': (lambda one: one['checks'][1].update(vm=False), 'vm is not a text'),
    'reason': (lambda one: one['checks'][1].update(reason=None), 'reason is not a text'),
    'evidence': (lambda one: one['checks'][1]['evidence'].append({'source': 'x'}), r'evidence\[\d+\]: value is missing'),
    'fix': (lambda one: one['checks'][1].update(fix=[]), 'fix is not an object or null'),
    'kind of fix': (lambda one: one['checks'][1].update(fix={'kind': 'magic', 'summary': 'x', 'command': None}),
                    'fix: kind: "magic" is not one of automatic, disruptive, manual'),
    'a fail less': (lambda one: one['checks'][0].update(verdict='fail'), 'summary: status is 0, the checks make it 1'),
    'a check more': (lambda one: one['checks'].append(one['checks'][0]), r'summary: pass is \d+, the checks make it'),
    'status': (lambda one: one['summary'].update(status=3), 'summary: status is 3, the checks make it 0'),
    'status is a text': (lambda one: one['summary'].update(status='0'), 'status: "0" is not a whole number'),
}
NO_JSON = {
    'nothing': (b'', 'is no JSON'), 'half': (b'{"schema": "gpucheck-re', 'is no JSON'), 'TAP': (b'TAP version 13\n1..0\n', 'is no JSON'),
    'no UTF-8': (b'{"schema": "\xff"}', 'is no JSON'), 'NUL': (b'{"schema": "a\\u0000b"}', 'is no JSON'),
    'key twice': (b'{"schema": 1, "schema": 2}', 'is no JSON: duplicate'), 'deep': (b'[' * MIB, 'is no'),
    'a list': (b'[]', 'is no report of gpucheck'), 'a text': (b'"gpucheck-report-1"', 'is no'),
    'flood': (b'[' + b'{},' * (MIB // 2) + b'{}]', 'too many values in too little text'),
}


class Merge(Reports):
    def judged(self, *files, **how):
        status, report = self.merge('json', *files, **how)
        return status, json.loads(report)

    def test_reports_stay_as_they_were(self):
        files = self.files()
        merged = self.judged(*files)[1]
        self.assertEqual({one['host']: one for one in merged['hosts']}, {name: self.json_of(name) for name in HOSTS})
        self.assertEqual(merged['summary']['hosts'], len(HOSTS))
        for verdict in ('pass', 'fail', 'warn', 'skip', 'error'):
            self.assertEqual(merged['summary'][verdict], sum(one['summary'][verdict] for one in merged['hosts']))

    def test_order_of_the_files_does_not_count(self):
        files = self.files()
        for form in ('json', 'tap', 'junit', 'prometheus', 'text'):
            self.assertEqual(self.merge(form, *files), self.merge(form, *reversed(files)))

    def test_merged_again(self):
        files = self.files(SOME)
        broken = self.write('broken.json', '{')
        whole = self.judged(*files, broken, stderr='broken')
        first = self.write('first', self.judged(*files[:3], broken, stderr='broken')[1])
        second = self.write('second', self.judged(*files[3:])[1])
        self.assertEqual(self.judged(first, second), whole)
        self.assertEqual(self.judged(self.write('whole', whole[1])), whole)

    def test_standard_input(self):
        path = self.files([READY])[0]
        run = self.under_shell('cat %s | "$@" --merge --format json -' % path)
        self.assertEqual((run.status, run.stderr), (PASSED, ''))
        self.assertEqual(json.loads(run.stdout)['hosts'], [self.json_of(READY)])

    def test_status(self):
        ready, warns, empty, unknown, fails = self.files(SOME[:5])
        broken = self.write('broken', 'x')
        for wanted, files in ((PASSED, [ready]), (PASSED, [ready, warns]), (REFUSED, [ready, empty]),
                              (NOT_MEASURED, [ready, empty, unknown]), (NOT_MEASURED, [empty, broken]),
                              (NOT_MEASURED, [broken]), (FAILED, [ready, empty, unknown, fails, broken])):
            with self.subTest(files=files):
                status, merged = self.judged(*files, stderr='broken' if broken in files else None)
                self.assertEqual((status, merged['summary']['status']), (wanted, wanted))
        none = self.write('none', self.judged(broken, stderr='broken')[1])
        with open(none, encoding='utf-8') as f:
            self.assertEqual(self.judged(self.write('none', {**json.load(f), 'unreadable': []}))[0], REFUSED)

    def test_failure_beside_no_gpu(self):
        check = {**self.json_of(FAILS)['checks'][0], 'verdict': 'fail'}
        self.assertEqual(self.judged(self.write('one', document('one', [check], status=REFUSED)))[0], FAILED)

    def test_strict(self):
        files = self.files([READY, WARNS])
        run = self.gpucheck('--merge', '--strict', '--format', 'tap', *files)
        self.assertEqual((run.status, len(re.findall('(?m)^not ok', run.stdout))), (FAILED, 1))
        strict = json.loads(self.gpucheck('--root', harness.built_root(WARNS), '--strict', '--format', 'json').stdout)
        self.assertEqual(self.judged(self.write('strict', strict))[0], FAILED)

    def test_one_report_of_each_host(self):
        check = self.json_of(READY)['checks'][0]
        old, new, fails = (document('twin', [{**check, 'verdict': verdict}], time)
                           for verdict, time in (('warn', '2026-01-01T00:00:00Z'), ('pass', '2026-01-02T00:00:00Z'),
                                                 ('fail', '2026-01-01T00:00:00Z')))
        paths = [self.write('old', old), self.write('new', new), self.write('fails', fails)]
        self.assertEqual(self.judged(paths[1], paths[0], stderr='twin: .*/old is left out, .*/new')[1]['hosts'], [new])
        self.assertEqual(self.judged(paths[0], paths[2], stderr='twin: .*/old is left out, .*/fails')[1]['hosts'], [fails])
        run = self.gpucheck('--merge', *paths, '--format', 'json')
        self.assertEqual((json.loads(run.stdout)['hosts'], len(run.stderr.splitlines())), ([new], 2))

    def test_what_another_version_wrote(self):
        report = self.json_of(READY)
        report['checks'].append({**report['checks'][0], 'id': 'host.moon', 'phase': [1, {'full': True}]})
        report['summary']['pass'] += 1
        report.update(version='7.0~rc1', moon=None)
        status, merged = self.judged(self.write('new', report))
        self.assertEqual((status, merged['hosts'][0]['checks'][-1]['id']), (PASSED, 'host.moon'))
        self.assertEqual(merged['hosts'][0]['version'], '7.0~rc1')

    def test_broken_files(self):
        good = self.files([READY])[0]
        for name, (spoil, word) in BROKEN.items():
            with self.subTest(name=name):
                report = self.json_of(READY)
                spoil(report)
                self.assertBroken(self.write('broken', report), word, good)

    def test_broken_host_of_a_merged_file(self):
        good, other = self.files([READY, FAILS])
        merged = self.judged(good, other)[1]
        merged['hosts'][1]['checks'][0]['verdict'] = 'green'
        self.assertBroken(self.write('broken', merged), r'hosts\[1\]: checks\[0\]: verdict: "green"', good)

    def test_no_json(self):
        good = self.files([READY])[0]
        for name, (content, word) in NO_JSON.items():
            with self.subTest(name=name):
                self.assertBroken(self.write('broken', content), word, good)

    def test_no_file(self):
        good = self.files([READY])[0]
        fifo = os.path.join(self.place, 'fifo')
        os.mkfifo(fifo)
        large = self.write('large', '')
        os.truncate(large, 12 * MIB + 1)
        for path, word in ((fifo, 'is not a regular file; for a pipe say -'), (self.place, 'is a folder; name the files'),
                           ('/dev/zero', 'is not a regular file'), (large, 'is larger than 12 MiB'),
                           (os.path.join(self.place, 'none'), 'No such file')):
            with self.subTest(path=path):
                self.assertBroken(path, word, good)

    def assertBroken(self, path, word, good):
        """It is named with its reason, and the good one beside it is reported."""
        status, merged = self.judged(good, path, stderr='(?m)^gpucheck: %s: .*%s' % (re.escape(path), word))
        self.assertEqual((status, [one['host'] for one in merged['hosts']]), (NOT_MEASURED, [READY]))
        self.assertEqual([one['file'] for one in merged['unreadable']], [path])
        self.assertRegex(merged['unreadable'][0]['reason'], word)

    def test_names_of_files_cannot_forge(self):
        path = self.write('no\nok 1 - forged\x1b[1m', '{')
        for form in ('text', 'tap', 'junit'):
            report = self.merge(form, path, stderr=r'no\\x0aok')[1]
            self.assertIn('\\x0aok 1 - forged\\x1b[1m', report.replace('\\\\', '\\'))
            self.assertNotIn('\nok', report)

    def test_output_file(self):
        files, path = self.files([READY]), os.path.join(self.place, 'out')
        run = self.gpucheck('--merge', '-f', 'json', '-o', path, *files)
        self.assertEqual(run, (PASSED, '', ''))
        self.assertEqual(harness.read(path), self.merge('json', *files)[1])


class Usage(Reports):
    def test_without_files(self):
        self.assertRefused('gpucheck --merge FILE...', '--merge')

    def test_options_about_this_host(self):
        for option in (['--gpu', '01:00.0'], ['--vm', 'ml'], ['--guest', 'x'], ['--connect', 'test:///default'], ['-t', 'vm'],
                       ['--wait', '3'], ['--config', 'x'], ['--root', '/'], ['--yes'], ['--dry-run'], ['--allow-disruption']):
            with self.subTest(option=option):
                self.assertRefused(option[0] if option[0] != '-t' else '--through', *option, '--merge', 'x')

    def test_unknown_format(self):
        self.assertRefused('text, tap, json, junit, prometheus', '--merge', '-f', 'xml', 'x')

    def test_help_names_it(self):
        self.assertIn('--merge FILE...', self.gpucheck('--help').stdout)


class Text(Reports):
    def lines(self, *arguments):
        run = self.gpucheck('--merge', '--format', 'text', *arguments)
        return run.stdout.splitlines()

    def table(self, lines):
        """Host and cells of each row."""
        start = next(number for number, line in enumerate(lines) if line.split()[:2] == ['HOST', 'host'])
        rows = [line.split() for line in lines[start + 1:lines.index('', start)]]
        return [(row[0], row[1:]) for row in rows]

    def test_cells(self):
        words = {'pass': 'ok', 'skip': '-', 'warn': 'warn', 'error': '?', 'fail': 'FAIL'}
        order = ('skip', 'pass', 'warn', 'error', 'fail')
        table = dict(self.table(self.lines(*self.files(SOME))))
        for name in SOME:
            if name not in table:  # its name is cut
                name = next(one for one in SOME if one.startswith(name))
            checks = self.json_of(name)['checks']
            row = next(cells for host, cells in table.items() if name.startswith(host.rstrip('.')))
            for stage, cell in zip(('host', 'iommu', 'driver', 'display', 'vm', 'guest'), row):
                seen = [order.index(one['verdict']) for one in checks if one['stage'] == stage]
                self.assertEqual(cell, words[order[max(seen, default=0)]], (name, stage))

    def test_worst_first(self):
        wanted = [FAILS, UNKNOWN, WARNS, EMPTY, READY]
        self.assertEqual([host for host, _ in self.table(self.lines(*self.files(SOME[:5])))], wanted)

    def test_all_hosts_stand_in_the_table(self):
        self.assertEqual(len(self.table(self.lines(*self.files()))), len(HOSTS))

    def test_table_fits_80_columns(self):
        """The reasons below it are whole: tests/terminal has a terminal, where they are cut."""
        files = [*self.files(), self.write('hostile', hostile()), self.write('broken', '{'), self.write('b' * 200, '{')]
        for options in ([], ['-v'], ['-q']):
            lines = self.lines(*options, *files)
            self.assertEqual([line for line in lines if line != line.rstrip()], [])
            table = lines[:lines.index('', lines.index('') + 1)]
            self.assertEqual([line for line in table if len(line) > 80], [])

    def test_long_name_is_cut_with_a_mark(self):
        report = {**self.json_of(READY), 'host': 'x' * 100}
        line = next(line for line in self.lines(self.write('long', report)) if 'xxx' in line)
        self.assertRegex(line, r'^  x+\.\.\.  ok ')

    def test_first_broken_link(self):
        lines = self.lines(*self.files([FAILS, READY]))
        first = next(one for one in self.json_of(FAILS)['checks'] if one['verdict'] == 'fail')
        found = [line for line in lines if line.startswith('  %s: ' % FAILS)]
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith('  %s: %s: ' % (FAILS, first['id'])), found)
        self.assertFalse([line for line in lines if line.startswith('  %s: ' % READY)])

    def test_broken_file_is_named_and_counted(self):
        path = self.write('broken', '{')
        text = '\n'.join(self.lines(*self.files([READY]), path))
        self.assertIn('\nNot read\n  %s: is no JSON' % path, text)
        self.assertIn('1 host: 1 without trouble; 1 file could not be read', text)

    def test_quiet(self):
        files = self.files(SOME[:5])
        self.assertEqual([host for host, _ in self.table(self.lines('-q', *files) + [''])], [FAILS, UNKNOWN, WARNS, EMPTY])
        self.assertEqual(self.lines('-q', files[0]), [])

    def test_color(self):
        files = self.files(SOME)
        colored = '\n'.join(self.lines('--color=always', *files))
        self.assertIn('\x1b[1;31mFAIL', colored)
        self.assertEqual(re.sub('\x1b\\[[0-9;]*m', '', colored), '\n'.join(self.lines(*files)))

    def test_hostile(self):
        text = '\n'.join(self.lines(self.write('hostile', hostile())))
        self.assertFalse(re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]', text))


class Scale(Reports):
    def setUp(self):
        super().setUp()
        with open(harness.gpucheck(), 'rb') as f:
            if b'__asan_init' in f.read():
                self.skipTest('the sanitizers take memory of their own')

    def test_thousand_hosts(self):
        reports = [self.json_of(name) for name in SOME]
        files = [self.write('%d.json' % i, {**reports[i % len(reports)], 'host': 'node%d' % i}) for i in range(1000)]
        files.append(self.write('broken', '{'))
        merged = os.path.join(self.place, 'merged')
        for form in ('json', 'text', 'tap', 'junit', 'prometheus'):
            with self.subTest(form=form):
                seconds, size = self.cost('--merge', '-f', form, '-o', merged, *files)
                print('1,000 hosts as %s: %.1f s, %d MiB' % (form, seconds, size / MIB))
                self.assertLess(seconds, 20)
                self.assertLess(size, 256 * MIB)
            if form == 'json':
                again = self.write('again', harness.read(merged))
        seconds, size = self.cost('--merge', '-f', 'json', '-o', merged, again)
        self.assertEqual(harness.read(merged), harness.read(again))
        self.assertLess(size, 384 * MIB)

    def test_flood_takes_little(self):
        path = self.write('flood', b'[' + b'{},' * (4 * MIB) + b'{}]')
        self.assertLess(self.cost('--merge', path)[1], 256 * MIB)

    def cost(self, *arguments):
        """Seconds of the processor and the largest memory of a run."""
        with subprocess.Popen([harness.gpucheck(), *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env=harness.environment()) as child:
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        self.assertIn(child.returncode, (PASSED, FAILED, REFUSED, NOT_MEASURED))
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


if __name__ == '__main__':
    unittest.main()
