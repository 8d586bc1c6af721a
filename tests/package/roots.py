# SPDX-License-Identifier: GPL-2.0-or-later
"""A small Debian to install into: this machine's own packages, copied, and no other than it takes."""
import functools
import os
import pathlib
import re
import subprocess

from package import output

STATUS = pathlib.Path('/var/lib/dpkg/status')
INFO = pathlib.Path('/var/lib/dpkg/info')


@functools.cache
def installed():
    """Package -> its paragraph of dpkg's status, of those for this machine's architecture."""
    native = output('dpkg', '--print-architecture').strip()
    found = {}
    for paragraph in STATUS.read_text().split('\n\n'):
        fields = dict(re.findall(r'^([A-Z][\w-]*): (.*)$', paragraph, re.M))
        if fields.get('Status') == 'install ok installed' and fields['Architecture'] in (native, 'all'):
            found[fields['Package']] = fields, paragraph
    return found


@functools.cache
def providers():
    found = {}
    for name, (fields, _) in installed().items():
        for virtual in re.findall(r'([\w.+-]+)(?: \([^)]*\))?(?:,|$)', fields.get('Provides', '')):
            found.setdefault(virtual, name)
    return found


def first_of(alternatives):
    """The package that this machine has for "a | b (>= 2)"."""
    for alternative in alternatives.split('|'):
        name = re.match(r'\s*([\w.+-]+)', alternative)[1]
        for candidate in (name, providers().get(name)):
            if candidate in installed():
                return candidate
    raise LookupError('this machine has none of: %s' % alternatives)


def closure(names):
    """These packages and all that they depend on."""
    found, ahead = set(), list(names)
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        fields = installed()[name][0]
        depends = ', '.join(fields[key] for key in ('Pre-Depends', 'Depends') if key in fields)
        ahead += [first_of(one) for one in depends.split(', ') if one]
    return found


def essential():
    return [name for name, (fields, _) in installed().items() if fields.get('Essential') == 'yes']


def lists_of(name):
    """dpkg's own files about a package: NAME.list, or NAME:ARCHITECTURE.list."""
    return [path for path in INFO.glob(name + '[.:]*') if path.name.rpartition('.')[0].partition(':')[0] == name]


def make(root, names):
    """Copy the essential packages, those named, and what they need, with dpkg's record of them, to a new root."""
    wanted = sorted(closure([*essential(), *names]))
    for folder in ('proc', 'sys', 'dev', 'run', 'tmp', 'etc', 'var/lib/dpkg/info', 'var/lib/dpkg/updates', 'usr'):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name in ('bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'):
        if os.path.islink('/' + name):
            (root / os.readlink('/' + name)).mkdir()
            (root / name).symlink_to(os.readlink('/' + name))
    paths, records = [], []
    for name in wanted:
        for path in lists_of(name):
            records.append(str(path)[1:])
            if path.suffix == '.list':
                paths += [line[1:] for line in path.read_text().splitlines()
                          if os.path.lexists(line) and (os.path.islink(line) or not os.path.isdir(line))]
    # What maintainers' scripts make: alternatives, accounts, the loader's cache.
    paths += ['etc/passwd', 'etc/group', 'etc/ld.so.cache', 'usr/bin/awk', 'etc/alternatives/awk',
              'var/lib/dpkg/info/format']
    there = [path for path in dict.fromkeys(paths + records) if os.path.lexists('/' + path)]
    copy = 'tar -C / -c --no-recursion --null -T - | tar -C "$1" -x --keep-directory-symlink'
    subprocess.run(['bash', '-o', 'pipefail', '-c', copy, 'bash', root], input='\0'.join(there).encode(), check=True)
    (root / 'var/lib/dpkg/status').write_text('\n\n'.join(installed()[name][1].strip('\n') for name in wanted) + '\n')
    return wanted
