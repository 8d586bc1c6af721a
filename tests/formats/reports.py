# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the formats share: reports to be read, and the programs that read them."""
import copy
import json
import os
import shutil
import subprocess

import harness
from harness import CommandLine, FIXTURES, SOURCE, arguments_of, built_root

CONSUMERS = os.path.join(SOURCE, 'build', 'consumers')  # where ./dev unpacks what must not be installed
HOSTS = sorted(name for name in os.listdir(FIXTURES) if os.path.exists(os.path.join(FIXTURES, name, 'expected.json')))
VERDICTS = ('pass', 'skip', 'warn', 'error', 'fail')
# Every host is read; where a run costs more than it shows, these: one of each exit status, several cards, VMs, a guest.
SOME = ('rtx3060-ready', 'rtx3060-acs-override', 'no-gpu-at-all', 'cmdline-and-interrupts-unreadable',
        'gtx1060-vtd-off-in-firmware', 'h100-eight-in-a-wide-window', 'rtx3060-vm-still-runs-the-old-definition')
# What a device, a guest, a VM's name or a file of another machine may hold.
NASTY = ('" quotes \' and < & > and ]]> and <![CDATA[ and --> and &#0; and \\ and \\" and # SKIP and {} and %s '
         '\n# HELP forged x\nforged 1\nok 1 - forged\n\r\t\x1b[31m\x7f\x85 \u2028\u202e \ufffe\uffff \U0010ffff \u00e9')


def program(package, name):
    """A reader that ./dev unpacked, or one that is installed."""
    unpacked = os.path.join(CONSUMERS, package, 'usr/bin', name)
    found = unpacked if os.path.exists(unpacked) else shutil.which(name)
    assert found, '%s is missing: ./dev test formats fetches it' % name
    return found


def node(*arguments, stdin=None):
    """Debian's modules lie where Debian's node looks; another node must be told."""
    return subprocess.run(['node', *arguments], input=stdin, capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, 'NODE_PATH': '/usr/share/nodejs:/usr/share/javascript'})


def hostile():
    """A report as nobody's gpucheck writes it: every text is nasty, and a check stands there twice."""
    def check(name, verdict, vm=None, **more):
        return {'id': name, 'stage': 'vm', 'gpu': '0000:01:00.0', 'vm': vm, 'verdict': verdict, 'title': NASTY,
                'reason': NASTY, 'evidence': [{'source': NASTY, 'value': NASTY}],
                'fix': {'kind': 'manual', 'summary': NASTY, 'command': NASTY}, **more}
    checks = [check('vm.' + verdict, verdict, NASTY) for verdict in VERDICTS]
    checks += [check('vm.twice', 'pass'), check('vm.twice', 'fail'), check('vm.twice', 'warn')]
    return document('evil' + NASTY, checks)


def document(host, checks, time='2026-01-31T12:00:00Z', status=None):
    summary = {verdict: sum(one['verdict'] == verdict for one in checks) for verdict in VERDICTS}
    own = 1 if summary['fail'] else 3 if summary['error'] else 0
    return {'schema': 'gpucheck-report-1', 'version': '9.9', 'host': host, 'time': time, 'checks': copy.deepcopy(checks),
            'summary': {**summary, 'status': own if status is None else status}}


class Reports(CommandLine):
    def setUp(self):
        harness.SECONDS = 60  # many hosts in one run, sanitized
        self.place = self.folder()

    def of_host(self, name, form, *arguments):
        """Status and report of a recorded host."""
        run = self.gpucheck('--root', built_root(name), *arguments_of(name), '--format', form, *arguments)
        return run.status, run.stdout

    def json_of(self, name):
        """The JSON report, named as the fixture: most of them have one name."""
        return {**json.loads(self.of_host(name, 'json')[1]), 'host': name}

    def write(self, name, content):
        """A file in the test's folder; what is no text is written as JSON."""
        path = os.path.join(self.place, name)
        if not isinstance(content, (str, bytes)):
            content = json.dumps(content)
        with open(path, 'wb') as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return path

    def files(self, names=HOSTS):
        """JSON reports of recorded hosts, a file each."""
        return [self.write(name + '.json', self.json_of(name)) for name in names]

    def merge(self, form, *files, stderr=None):
        """Status and report; standard error is empty unless something else is said here."""
        run = self.gpucheck('--merge', '--format', form, *files)
        if stderr is None:
            self.assertEqual(run.stderr, '')
        else:
            self.assertRegex(run.stderr, stderr)
        return run.status, run.stdout
