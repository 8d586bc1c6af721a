#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run gpucheck over the recorded hosts and compare what it says with the goldens beside them.

    recorded.py --gpucheck PATH --work DIR [--rewrite] [--verbose] [NAME...]

A host is a folder of fixtures/ that holds a description, `host`, or a recorded root, `root/`. Beside it stand
    arguments         what gpucheck is given besides --root and --format; may be absent
    expected.status   the exit status, whatever the format
    expected.tap      standard output of --format tap
    expected.json     standard output of --format json, its version replaced by VERSION
    expected.stderr   standard error, with status 2 only; where gpucheck refuses, in place of tap and json
Beyond the comparison, `prove` must read the TAP and count as the report does, the JSON must hold against the schema,
and nothing that is printed may name this machine's folders. --rewrite writes the goldens instead of comparing them;
--verbose prints a line for every host: its status, and which checks did not pass.
"""
import argparse
import collections
import concurrent.futures
import difflib
import functools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys

import jsonschema

SOURCE = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
FIXTURES = os.path.join(SOURCE, 'fixtures')
SCHEMA = os.path.join(SOURCE, 'report', 'gpucheck-report-1.schema.json')
SECONDS = 60
REFUSED = 2

Run = collections.namedtuple('Run', 'status stdout stderr')
Judged = collections.namedtuple('Judged', 'goldens summary')


class Wrong(Exception):
    """What is wrong with a host's report."""


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def write(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def hosts():
    """Names of the folders that are hosts: all but the builder's."""
    return sorted(name for name in os.listdir(FIXTURES)
                  if name not in ('mkroot', '__pycache__') and os.path.isdir(os.path.join(FIXTURES, name)))


def root_of(name, work):
    """The root of a host: the recorded one, or one built below the work folder."""
    folder = os.path.join(FIXTURES, name)
    recorded = os.path.join(folder, 'root')
    if os.path.isdir(recorded) == os.path.exists(os.path.join(folder, 'host')):
        raise Wrong('a host is either a description, `host`, or a recorded root, `root/`')
    if os.path.isdir(recorded):
        return recorded
    root = os.path.join(work, name + '.root')
    shutil.rmtree(root, ignore_errors=True)
    command = [os.path.join(FIXTURES, 'mkroot.py'), folder, root]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        raise Wrong(built.stderr.strip())
    return root


def arguments_of(name):
    path = os.path.join(FIXTURES, name, 'arguments')
    return shlex.split(read(path)) if os.path.exists(path) else []


def run(command, stdin=None, **environment):
    """Run a command with a bare environment; its output as text, with what is not UTF-8 kept visible."""
    environment.update(PATH=os.environ.get('PATH', '/usr/bin'), LC_ALL='C.UTF-8')
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, env=environment, timeout=SECONDS, check=False,
                              encoding='utf-8', errors='backslashreplace')
    except subprocess.TimeoutExpired:
        raise Wrong('%s: no end in %d s' % (command[0], SECONDS)) from None
    return Run(done.returncode, done.stdout, done.stderr)


def report(gpucheck, root, form, arguments):
    done = run([gpucheck, '--root', root, '--format', form, *arguments], SOURCE_DATE_EPOCH='0')
    if bool(done.stderr) != (done.status == REFUSED):
        raise Wrong('status %d with this on standard error: "%s"' % (done.status, done.stderr))
    for folder in (root, os.path.dirname(root), SOURCE):
        if folder in done.stdout + done.stderr:
            raise Wrong('%s shows a folder of this machine: %s' % (form, folder))
    return done


def without_version(text):
    """The report with the program's version replaced: a release changes no golden."""
    return re.sub(r'("version"\s*:\s*)"[^"]*"', r'\1"VERSION"', text, count=1)


@functools.cache
def validator():
    schema = json.loads(read(SCHEMA))
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def document(text):
    """The JSON report, checked against the schema."""
    try:
        parsed = json.loads(text)
    except ValueError as e:
        raise Wrong('not JSON: %s' % e) from None
    for error in validator().iter_errors(parsed):
        raise Wrong('against the schema: %s: %s' % ('/'.join(map(str, error.absolute_path)), error.message))
    return parsed


def counts(parsed, arguments):
    """How many points, and how many of them not ok, the TAP of such a report must have."""
    bad = {'fail', 'error'} | ({'warn'} if '--strict' in arguments else set())
    return len(parsed['checks']), sum(check['verdict'] in bad for check in parsed['checks'])


def check_with_prove(tap, path, wanted):
    """Let prove read the TAP; it must count as the report does."""
    write(path, tap)
    said = run(['prove', '--exec', 'cat', path])
    text = said.stdout + said.stderr
    if 'Parse errors' in text or 'Dubious' in text:
        raise Wrong('prove: %s' % text)
    points = re.search(r'Files=1, Tests=(\d+)', text)
    failed = re.search(r'Tests: \d+ Failed: (\d+)', text)
    got = (int(points[1]) if points else -1, int(failed[1]) if failed else 0)
    if got != wanted:
        raise Wrong('prove counts %d points, %d failed; the report has %d and %d' % (got + wanted))


def summary(status, parsed):
    """A line on a report: the status, and which checks had which verdict, passes only counted."""
    ids = {}
    for check in parsed['checks']:
        ids.setdefault(check['verdict'], []).append(check['id'])
    said = ['%d pass' % len(ids.pop('pass', []))] + ['%s %s' % (v, ' '.join(ids[v])) for v in sorted(ids)]
    return 'status %d: %s' % (status, ', '.join(said))


def judge(gpucheck, name, work):
    """What the host's goldens should hold, by file name, and a line on it."""
    root, arguments = root_of(name, work), arguments_of(name)
    tap = report(gpucheck, root, 'tap', arguments)
    as_json = report(gpucheck, root, 'json', arguments)
    if (tap.status, tap.stderr) != (as_json.status, as_json.stderr):
        raise Wrong('tap and json differ in status or standard error: %s, %s' % (tap, as_json))
    files = {'expected.status': '%d\n' % tap.status}
    if tap.stderr:
        files['expected.stderr'] = tap.stderr
    if tap.status == REFUSED and not tap.stdout and not as_json.stdout:
        return Judged(files, 'status %d: refused' % tap.status)
    parsed = document(as_json.stdout)
    check_with_prove(tap.stdout, os.path.join(work, name + '.tap'), counts(parsed, arguments))
    files.update({'expected.tap': tap.stdout, 'expected.json': without_version(as_json.stdout)})
    return Judged(files, summary(tap.status, parsed))


def goldens(name):
    folder = os.path.join(FIXTURES, name)
    return {file: read(os.path.join(folder, file)) for file in os.listdir(folder) if file.startswith('expected.')}


def differences(name, expected, got):
    """A unified diff of every golden that is not met."""
    text = []
    for file in sorted({*expected, *got}):
        path = 'fixtures/%s/%s' % (name, file)
        text += difflib.unified_diff(expected.get(file, '').splitlines(), got.get(file, '').splitlines(),
                                     path, path + ' (now)', lineterm='')
        if file in expected and file in got and expected[file] != got[file] and not text:
            text.append('%s: differs in its line ends' % path)
    return '\n'.join(text)


def rewrite(name, got):
    for file in goldens(name):
        os.unlink(os.path.join(FIXTURES, name, file))
    for file, text in got.items():
        write(os.path.join(FIXTURES, name, file), text)


def check(gpucheck, options, name):
    """Compare a host with its goldens, or rewrite them: whether it is as it should be, and what to say of it."""
    try:
        judged = judge(gpucheck, name, options.work)
    except Wrong as e:
        return False, str(e)
    if options.rewrite:
        rewrite(name, judged.goldens)
        return True, judged.summary
    expected = goldens(name)
    if not expected:
        return False, 'nothing recorded yet; judge it, then --rewrite %s' % name
    wrong = differences(name, expected, judged.goldens)
    return not wrong, wrong or judged.summary


def main():
    parser = argparse.ArgumentParser(description='Run gpucheck over the recorded hosts.')
    parser.add_argument('--gpucheck', required=True, help='the program')
    parser.add_argument('--work', required=True, help='folder for the roots that are built')
    parser.add_argument('--rewrite', action='store_true', help='write the goldens')
    parser.add_argument('-v', '--verbose', action='store_true', help='a line for every host')
    parser.add_argument('names', nargs='*', metavar='NAME', help='hosts; default: all')
    options = parser.parse_args()
    options.work, options.gpucheck = os.path.abspath(options.work), os.path.abspath(options.gpucheck)
    if not os.access(options.gpucheck, os.X_OK):
        parser.error('no program: %s' % options.gpucheck)
    names = options.names or hosts()
    unknown = set(names) - set(hosts())
    if unknown:
        parser.error('no such host: %s' % ', '.join(sorted(unknown)))
    os.makedirs(options.work, exist_ok=True)
    one = functools.partial(check, options.gpucheck, options)
    failed = 0
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for name, (right, text) in zip(names, pool.map(one, names)):
            failed += not right
            if options.verbose or not right:
                print('%s: %s' % (name, text), flush=True)
    print('%d passed, %d failed' % (len(names) - failed, failed))
    return 1 if failed or not names else 0


if __name__ == '__main__':
    sys.exit(main())
