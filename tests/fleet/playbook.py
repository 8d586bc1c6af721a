# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs of the playbook, as an operator's: from fleet/, with its ansible.cfg, and what Ansible said of them."""
import json
import os
import re
import subprocess

from harness import SOURCE, gpucheck

FLEET = os.path.join(SOURCE, 'fleet')
SECONDS = 240
RECAP = re.compile(r'^(\S+) +: ok=(\d+) +changed=(\d+) +unreachable=(\d+) +failed=(\d+)', re.M)


def environment(work):
    """Nothing of the caller's; Ansible's own files go below work."""
    return {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'HOME': work, 'ANSIBLE_NOCOLOR': '1',
            'ANSIBLE_SSH_CONTROL_PATH_DIR': os.path.join(work, 'ssh'), 'ANSIBLE_TIMEOUT': '60'}


class Run:
    """A run that has ended."""

    def __init__(self, done, reports):
        self.status, self.reports, self.output = done.returncode, reports, done.stdout
        self.changed = {name: int(changed) for name, _, changed, _, _ in RECAP.findall(done.stdout)}

    def judgement(self):
        """The sentences of the last task."""
        return self.output[self.output.index('TASK [gpucheck : Judge the hosts]'):self.output.index('PLAY RECAP')]

    def report(self, name):
        with open(os.path.join(self.reports, name), encoding='utf-8') as f:
            return f.read()

    def host(self, name):
        """A host's report, as it was fetched; None where there is none."""
        path = os.path.join('hosts', name + '.json')
        return json.loads(self.report(path)) if os.path.exists(os.path.join(self.reports, path)) else None


class Playbook:
    """fleet/gpucheck.yml with an inventory and variables that hold for all of its runs."""

    def __init__(self, work, inventory, **variables):
        self.work, self.variables = work, {'gpucheck_merge_program': gpucheck(), **variables}
        self.inventory = os.path.join(work, 'inventory.json')
        with open(self.inventory, 'w', encoding='utf-8') as f:
            json.dump(inventory, f)

    def leave(self, name, host, report):
        """A report in the folder of a run that is yet to come, as an earlier run would leave it."""
        folder = os.path.join(self.work, 'reports', name, 'hosts')
        os.makedirs(folder)
        with open(os.path.join(folder, host + '.json'), 'w', encoding='utf-8') as f:
            json.dump(report, f)

    def run(self, name, *arguments, limit=(), **variables):
        """name: of the folder that gets this run's reports."""
        reports = os.path.join(self.work, 'reports', name)
        given = {**self.variables, 'gpucheck_reports': reports, **variables}
        command = ['ansible-playbook', '-i', self.inventory, '-e', json.dumps(given), 'gpucheck.yml', *arguments]
        if limit:
            command += ['--limit', ','.join(limit)]
        done = subprocess.run(command, cwd=FLEET, env=environment(self.work), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS,
                              check=False)
        return Run(done, reports)
