#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Run gpucheck on a host: only look, or mend; in check mode show what would be mended."""
import json
import os

from ansible.module_utils.basic import AnsibleModule

DOCUMENTATION = '''
module: gpucheck
short_description: Check whether the GPUs of a host will work in its VMs
description:
  - Runs C(gpucheck --format json). Whatever a check says, the module does not fail; it fails when gpucheck gives no
    report.
  - With O(fix), first C(gpucheck --fix --dry-run); if that plans anything, C(gpucheck --fix --yes), but not in check mode.
options:
  through: {type: str, description: Stop after this stage.}
  gpus: {type: list, elements: str, default: [], description: The cards.}
  vm: {type: str, description: The VM.}
  guest: {type: str, description: 'Where the guest''s sshd is.'}
  root: {type: path, description: A folder that is read instead of C(/).}
  config: {type: path, description: The configuration file.}
  options: {type: list, elements: str, default: [], description: Further options and checks.}
  fix: {type: bool, default: false, description: Mend what fails.}
  allow_disruption: {type: bool, default: false, description: 'With O(fix): also restart VMs and the like.'}
  textfile: {type: path, description: A file for node_exporter that gets the report in Prometheus'' format.}
  program: {type: str, default: gpucheck, description: The program.}
'''

RETURN = '''
status: {type: int, returned: always, description: 'gpucheck''s exit status, 0 to 3.'}
report: {type: str, returned: always, description: The JSON report.}
summary: {type: list, returned: 'with fix', description: What the plan says beside the diff.}
'''

SPEC = {
    'through': {'type': 'str'},
    'gpus': {'type': 'list', 'elements': 'str', 'default': []},
    'vm': {'type': 'str'},
    'guest': {'type': 'str'},
    'root': {'type': 'path'},
    'config': {'type': 'path'},
    'options': {'type': 'list', 'elements': 'str', 'default': []},
    'fix': {'type': 'bool', 'default': False},
    'allow_disruption': {'type': 'bool', 'default': False},
    'textfile': {'type': 'path'},
    'program': {'type': 'str', 'default': 'gpucheck'},
}
NOTHING = 'There is nothing to change.'


def command_line(module):
    """What every run is given; a value never looks like an option of its own."""
    given = module.params
    words = ['--%s=%s' % (name, given[name]) for name in ('through', 'vm', 'guest', 'root', 'config') if given[name]]
    return words + ['--gpu=' + one for one in given['gpus']] + given['options']


def fixing(module):
    return ['--fix'] + (['--allow-disruption'] if module.params['allow_disruption'] else [])


def found_program(module):
    program = module.get_bin_path(module.params['program'], opt_dirs=['/usr/local/sbin', '/usr/sbin'])
    if not program and module.check_mode:
        module.exit_json(skipped=True, msg='gpucheck is not installed yet, and check mode installs nothing')
    if not program:
        module.fail_json(msg='gpucheck is not installed: set gpucheck_deb or gpucheck_package')
    return program


def run(module, *arguments):
    return module.run_command([found_program(module), *arguments, *command_line(module)])


def complaint(stderr):
    """What gpucheck itself says of a run without a report."""
    lines = [line for line in stderr.splitlines() if line.startswith('gpucheck: ')]
    return '; '.join(lines) or stderr.strip() or 'gpucheck gave no report'


def report(module, *arguments):
    """A run that ends with a report: the exit status and the JSON text."""
    status, stdout, stderr = run(module, *arguments, '--format=json')
    try:
        understood = isinstance(json.loads(stdout), dict)
    except ValueError:
        understood = False
    if status not in (0, 1, 2, 3) or not understood:
        module.fail_json(msg=complaint(stderr), rc=status, stderr=stderr)
    return status, stdout


def plan(module):
    """The plan's text, empty when nothing is to change."""
    status, stdout, stderr = run(module, *fixing(module), '--dry-run')
    if status not in (0, 1, 2, 3) or not stdout:
        module.fail_json(msg=complaint(stderr), rc=status, stderr=stderr)
    return '' if NOTHING in stdout.splitlines() else stdout


def write_textfile(module, text):
    """Made of the report, as gpucheck.service makes it: no guest is asked twice, and the labels are the same."""
    copy = os.path.join(module.tmpdir, 'report.json')
    with open(copy, 'w', encoding='utf-8') as f:
        f.write(text)
    status, _, stderr = module.run_command([found_program(module), '--merge', copy, '--format=prometheus',
                                            '--output=' + module.params['textfile']])
    if stderr:
        module.fail_json(msg=complaint(stderr), rc=status, stderr=stderr)


def parts(text):
    """A plan's unified diffs and, as lines, what it says around them."""
    diff, words, inside = [], [], False
    for line in text.splitlines():
        inside = line.startswith('--- ') or inside and line[:1] in ('+', '-', ' ', '@', '\\')
        (diff if inside else words).append(line)
    return ''.join(line + '\n' for line in diff), [line for line in words if line]


def main():
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    result = {'changed': False}
    if module.params['fix']:
        diff, result['summary'] = parts(plan(module))
        result['changed'] = bool(result['summary'])
        result['diff'] = {'prepared': diff}
    mends = result['changed'] and not module.check_mode
    result['status'], result['report'] = report(module, *(fixing(module) + ['--yes'] if mends else []))
    if module.params['textfile'] and not module.check_mode:
        write_textfile(module, result['report'])
    module.exit_json(**result)


if __name__ == '__main__':
    main()
