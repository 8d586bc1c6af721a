# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold of a report although something could not be read.

- The run ends by itself, with a status of the contract and a report that can be read, or says why there is none.
- EINTR and a short read change nothing: the report is the healthy run's, byte for byte. So does EAGAIN from openat2(2).
- No check passes that did not pass in the healthy run, no other card is judged in place of the right one, and the
  status is 0 only if it was.
- A check that passes in both and wanted what could not be read is one of harmless.py's exceptions, or it was read
  again; or it is read more than once in any run, and who did it in vain says so, or did not pass anyway.
"""
import json
import re

import harmless
import points
from harness import FAILED, NOT_MEASURED, PASSED, REFUSED

STATUSES = (PASSED, FAILED, REFUSED, NOT_MEASURED)
SAME = ('EINTR', 'short')  # and EAGAIN of openat2(2), which asks for another try

# What others read with their own code, so that EINTR (which no signal causes here) may cost the name or the answer, but
# never makes a pass: libpci's list of names, the C library and its loader, the request that jansson reads.
FOREIGN = re.compile(r'^usr/share/misc/pci[.]ids$|[|]/|^/(usr|etc|dev|proc|root|home|memfd:)|^$')


def key(check):
    return check['id'], check['gpu'], check['vm']


def checks_of(run):
    return {key(one): one for one in json.loads(run.stdout)['checks']} if run.stdout else {}


def verdicts_of(run):
    return {name: one['verdict'] for name, one in checks_of(run).items()}


def cards_of(checks):
    return {gpu for _, gpu, _ in checks if gpu}


def way_of(point):
    """As spoil.py names it."""
    if point.call.result < 0:
        return 'planted'
    return 'missing' if point.what == 'ENOENT' and point.call.name in points.OPENING else 'unreadable'


def is_mended(point):
    """What is no trouble to a program that tries again."""
    if point.what == 'EAGAIN':
        return point.call.name == 'openat2'
    return point.what in SAME and not FOREIGN.search(point.call.path or point.call.about)


class Judge:
    """Of one host's runs. readers: GPU -> path -> ids of the checks that read it; calls: of the
    healthy run."""

    def __init__(self, root, healthy, calls, readers, companions, missing):
        self.root, self.healthy, self.readers = root, healthy, readers
        self.companions = companions
        self.missing = missing  # missing(path): the report of a host that does not have it
        self.checks = checks_of(healthy)
        opened = [one.path for one in calls if one.name in points.OPENING and one.result >= 0]
        self.often = {path for path in opened if opened.count(path) > 1}

    def wrong(self, point, run, lines):
        """What is wrong with it, '' for nothing; lines: of interfere's log."""
        if run.status not in STATUSES:
            return 'status %d: %s' % (run.status, run.stderr[-300:])
        if is_mended(point):
            return '' if run[:2] == self.healthy[:2] else 'the report is another one: %s' % self.difference(run)
        if not run.stdout:
            return '' if run.status == REFUSED and 'gpucheck: ' in run.stderr else 'nothing is said'
        try:
            checks = checks_of(run)
        except ValueError as e:
            return 'no report: %s' % e
        again = points.opened_again(point, self.root, lines) or self.is_anothers(point.call.path, checks)
        return self.wrong_verdicts(point, run, checks, again)

    def is_anothers(self, path, checks):
        """Of what is read often, who read it in vain says so, or did not pass anyway."""
        return path in self.often and (checks != self.checks or any(
            one['verdict'] != 'pass' and name[0] in self.readers[name[1]].get(path, ())
            for name, one in self.checks.items()))

    def difference(self, run):
        try:
            checks = checks_of(run)
        except ValueError:
            return run.stdout[-200:]
        return '; '.join('%s: %s' % (one['id'], one['reason']) for name, one in checks.items()
                         if one != self.checks.get(name))[:400] or run.stderr

    def wrong_verdicts(self, point, run, checks, again):
        lost = cards_of(self.checks) - cards_of(checks)
        if run.status == PASSED and (lost or self.healthy.status != PASSED):
            if not self.is_as_missing(point, run):
                return 'status 0 instead of %d, %s: %s' % (self.healthy.status, lost, self.difference(run))
        for name, one in checks.items():
            if one['verdict'] != 'pass':
                continue
            before = self.checks.get(name, {}).get('verdict')
            if before != 'pass' and not (before is None and run.status != PASSED) and not self.is_as_missing(point, run):
                return '%s passes, was %s: %s' % (name, before, one['reason'])
            if before == 'pass' and not again and not self.may_pass(point, name[0], name[1]):
                return '%s still passes: %s' % (name, one['reason'])
        return ''

    def may_pass(self, point, check, gpu):
        """It did not want what failed, or can do without."""
        path, way = point.call.path, way_of(point)
        if path is None or check not in self.readers[gpu].get(path, ()) or (way, point.what) == ('planted', 'ENOENT'):
            return True
        gpu = gpu or next(iter(cards_of(self.checks)))  # the roles of a check of the host are those of its first card
        return harmless.for_check(check, harmless.by_role(self.root, path, gpu, self.companions(gpu)), way)

    def is_as_missing(self, point, run):
        """What the kernel says is not there is judged as what is not there."""
        if way_of(point) == 'planted':
            return point.what == 'ENOENT'
        if way_of(point) != 'missing' or not point.call.path:
            return False
        # What another check read again is as ever.
        without, ever = verdicts_of(self.missing(point.call.path)), verdicts_of(self.healthy)
        return all(verdict in (without.get(name), ever.get(name)) for name, verdict in verdicts_of(run).items())
