#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run gpucheck over the recorded hosts and compare what it says with the goldens beside them.

    recorded.py --gpucheck PATH --work DIR [--rewrite] [NAME...]

A host is a folder of fixtures/ that holds a description, `host`, or a recorded root, `root/`. Beside it stand
    arguments         what gpucheck is given besides --root and --format; may be absent
    expected.tap      standard output of --format tap
    expected.json     standard output of --format json, its version replaced by VERSION
    expected.status   the exit status of both
    expected.stderr   in place of tap and json: standard error, where gpucheck refuses and prints nothing else
Beyond the comparison, `prove` must read the TAP and count as the report does, the JSON must hold against the schema,
and standard error must be empty unless the status is 2. --rewrite writes the goldens instead of comparing them.
"""
import argparse
import collections
import difflib
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


class Wrong(Exception):
    """What is wrong with a host's report."""


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def write(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def hosts():
    """Names of the folders that are hosts."""
    return sorted(name for name in os.listdir(FIXTURES)
                  if os.path.isfile(os.path.join(FIXTURES, name, 'host'))
                  or os.path.isdir(os.path.join(FIXTURES, name, 'root')))


def root_of(name, work):
    """The root of a host: the recorded one, or one built below the work folder."""
    recorded = os.path.join(FIXTURES, name, 'root')
    if os.path.isdir(recorded):
        return recorded
    root = os.path.join(work, name + '.root')
    shutil.rmtree(root, ignore_errors=True)
    command = [os.path.join(FIXTURES, 'mkroot.py'), os.path.join(FIXTURES, name, 'host'), root]
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
    if done.stderr and done.status != REFUSED:
        raise Wrong('status %d, yet standard error is not empty:\n%s' % (done.status, done.stderr))
    return done


def without_version(text):
    """The report with the program's version replaced: a release changes no golden."""
    return re.sub(r'("version"\s*:\s*)"[^"]*"', r'\1"VERSION"', text, count=1)


def document(text):
    """The JSON report, checked against the schema."""
    try:
        parsed = json.loads(text)
    except ValueError as e:
        raise Wrong('not JSON: %s' % e) from None
    schema = json.loads(read(SCHEMA))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    for error in validator(schema).iter_errors(parsed):
        raise Wrong('against the schema: %s: %s' % ('/'.join(map(str, error.absolute_path)), error.message))
    return parsed


def counts(parsed, arguments):
    """How many points, and how many of them not ok, the TAP of such a report must have."""
    bad = {'fail', 'error'} | ({'warn'} if '--strict' in arguments else set())
    return len(parsed['checks']), sum(check['verdict'] in bad for check in parsed['checks'])


def check_with_prove(tap, work, wanted):
    """Let prove read the TAP; it must count as the report does."""
    path = os.path.join(work, 'report.tap')
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


def results(gpucheck, name, work):
    """What the host's goldens should hold, by file name."""
    root, arguments = root_of(name, work), arguments_of(name)
    tap = report(gpucheck, root, 'tap', arguments)
    as_json = report(gpucheck, root, 'json', arguments)
    if tap.status != as_json.status:
        raise Wrong('status %d with tap, %d with json' % (tap.status, as_json.status))
    status = '%d\n' % tap.status
    if tap.status == REFUSED and not tap.stdout and not as_json.stdout:
        if not tap.stderr:
            raise Wrong('refused without a word')
        return {'expected.status': status, 'expected.stderr': tap.stderr}
    parsed = document(as_json.stdout)
    check_with_prove(tap.stdout, work, counts(parsed, arguments))
    return {'expected.status': status, 'expected.tap': tap.stdout, 'expected.json': without_version(as_json.stdout)}


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


def check(gpucheck, name, options):
    """Compare a host with its goldens, or rewrite them; raises Wrong."""
    got = results(gpucheck, name, options.work)
    if options.rewrite:
        rewrite(name, got)
        return
    wrong = differences(name, goldens(name), got)
    if wrong:
        raise Wrong(wrong)


def main():
    parser = argparse.ArgumentParser(description='Run gpucheck over the recorded hosts.')
    parser.add_argument('--gpucheck', required=True, help='the program')
    parser.add_argument('--work', required=True, help='folder for the roots that are built')
    parser.add_argument('--rewrite', action='store_true', help='write the goldens')
    parser.add_argument('names', nargs='*', metavar='NAME', help='hosts; default: all')
    options = parser.parse_args()
    unknown = set(options.names) - set(hosts())
    if unknown:
        parser.error('no such host: %s' % ', '.join(sorted(unknown)))
    os.makedirs(options.work, exist_ok=True)
    passed = failed = 0
    for name in options.names or hosts():
        try:
            check(os.path.abspath(options.gpucheck), name, options)
            passed += 1
        except Wrong as e:
            failed += 1
            print('%s: %s' % (name, e))
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
