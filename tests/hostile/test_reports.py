# SPDX-License-Identifier: GPL-2.0-or-later
"""Files that --merge and --config are given, written to fill memory or to hold the reader."""
import json
import os

from bounds import ALL, Bounds
from damage import WAYS
from harness import CommandLine, REFUSED

MIB = 1 << 20
MOST = 12 * MIB - 64  # of a file that is taken
CHECK = {'id': 'a.b', 'stage': 'vm', 'gpu': None, 'vm': None, 'verdict': 'pass', 'title': 't', 'reason': 'r', 'evidence': [],
         'fix': None}
SUMMARY = '"summary":{"pass":%d,"skip":0,"warn":0,"error":0,"fail":0,"status":%d}}'
HEAD = '{"schema":"gpucheck-report-1","version":"1","host":"h%d","time":"2026-01-31T12:00:00Z","checks":['
MERGED = '{"schema":"gpucheck-merged-1","time":"2026-01-31T12:00:00Z","hosts":[', '],"unreadable":[]}'
FORMATS = ('json', 'text', 'tap', 'junit', 'prometheus')


def compact(value):
    return json.dumps(value, separators=(',', ':'), ensure_ascii=False)


def host(number, check, count):
    return HEAD % number + ','.join([compact(check)] * count) + '],' + SUMMARY % (count, 0 if count else 2)


def padded(length):
    """A check with a reason of that length: what is shorter takes more memory for its text."""
    return {**CHECK, 'reason': 'x' * length}


def evidence(length, count):
    return {**CHECK, 'evidence': [{'source': 's' * length, 'value': ''}] * count}


def hosts_of(check, size=MIB):
    """Hosts of that check as often as a report may be long."""
    return lambda number: host(number, check, size // (len(compact(check).encode()) + 1))


# What each host of a merged report is.
HOSTS = {
    'empty': lambda number: host(number, CHECK, 0),
    'one check': lambda number: host(number, CHECK, 1),
    **{'checks of %d' % length: hosts_of(padded(length)) for length in (1, 60, 90, 120, 200, 1000, 30000)},
    **{'evidence of %d' % length: hosts_of(evidence(length, 500)) for length in (1, 20, 40, 60, 100)},
    'overrides': hosts_of({**CHECK, 'reason': '\u202e' * 1000}),
    'escaped': hosts_of({**CHECK, 'reason': '\x01' * 1000}),
    'a megabyte of reason': hosts_of(padded(MIB - 1000)),
}
# Whole files, each repeated up to the most that is taken.
FLOODS = {'objects': ('[', '{},', '{}]'), 'lists': ('[', '', ''), 'deep objects': ('{"a":', '', ''), 'numbers': ('[', '1,', '1]'),
          'strings': ('["', 'x', '"]'), 'escapes': ('["', '\\u0001', '"]'), 'keys': ('{', '"%d":0,', '"x":0}'),
          'open strings': ('"', '\\"', ''), 'hosts that are numbers': (MERGED[0], '1,', '1' + MERGED[1]),
          'hosts that are open': (MERGED[0], '[', ''), 'unreadable': (
              MERGED[0] + '],"unreadable":[', '{"file":"","reason":""},', '{"file":"","reason":""}]}')}


class Reports(Bounds, CommandLine):
    def setUp(self):
        self.place = self.folder()

    def written(self, text):
        path = os.path.join(self.place, 'report')
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return path

    def merged(self, name):
        one = HOSTS[name]
        return MERGED[0] + ','.join(one(number) for number in range(max(1, MOST // (len(one(0).encode()) + 8)))) + MERGED[1]

    def test_many_hosts(self):
        runs = taken = 0
        for place, name in enumerate(HOSTS):
            path = self.written(self.merged(name))
            self.assertLessEqual(os.path.getsize(path), 12 * MIB)
            for form in FORMATS if ALL else {'json', FORMATS[place % len(FORMATS)]}:
                with self.subTest(hosts=name, form=form):
                    run = self.bounded('--merge', '-f', form, path)
                    runs += 1
                    taken += not run.stderr
        self.assertGreater(taken, len(HOSTS))
        print('--merge: %d runs with merged reports of 12 MiB, %d of them taken; %d MiB at most'
              % (runs, taken, self.largest >> 20), flush=True)

    def test_floods(self):
        for name, (begin, again, end) in FLOODS.items():
            for size in (MOST, 2 * MIB - 64, 40 * MIB):
                again = again or begin
                with self.subTest(flood=name, size=size):
                    count = (size - len(begin) - len(end)) // (len(again) + (5 if '%d' in again else 0))
                    middle = ''.join(again % number for number in range(count)) if '%d' in again else again * count
                    run = self.bounded('--merge', '-f', 'json', self.written(begin + middle + end))
                    self.assertEqual(run.status, 3)
                    self.assertEqual(len(json.loads(run.stdout)['unreadable']), 1)
        print('--merge: %d floods; %d MiB at most' % (3 * len(FLOODS), self.largest >> 20), flush=True)

    def test_every_way(self):
        """What no root may hold, no report and no configuration may be either."""
        for way, damage in WAYS.items():
            for option in ('--merge', '--config'):
                with self.subTest(way=way, option=option):
                    place = os.path.join(self.folder(), 'file')
                    try:
                        damage(os.path.dirname(place), place)
                    except PermissionError:
                        continue
                    run = self.bounded(option, place, *(['-f', 'json'] if option == '--merge' else []))
                    # This machine's own links are followed: whoever names a file may read it.
                    if option == '--merge' or 'shadow' not in way and 'chain' not in way:
                        self.assertIn(run.status, (REFUSED, 3))
        print('--merge and --config: %d ways; %d MiB at most' % (2 * len(WAYS), self.largest >> 20), flush=True)
