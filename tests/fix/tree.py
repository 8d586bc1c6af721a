# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder with all that is below it, as a value: two of them tell every difference that a person could see."""
import collections
import os
import stat

STATE = 'var/lib/gpucheck'  # where gpucheck keeps its records; it may make the folders above too
ABOVE_STATE = ('var', 'var/lib')

# content: a file's bytes, a link's target, None for a folder. attributes: extended ones.
Entry = collections.namedtuple('Entry', 'kind mode owner changed attributes content')


def attributes_of(path):
    try:
        return {name: os.getxattr(path, name, follow_symlinks=False)
                for name in os.listxattr(path, follow_symlinks=False)}
    except OSError:  # a file system without
        return {}


def content_of(path, kind):
    if kind == stat.S_IFLNK:
        return os.readlink(path)
    if kind != stat.S_IFREG:
        return None
    with open(path, 'rb') as f:
        return f.read()


def entry(path):
    status = os.lstat(path)
    kind = stat.S_IFMT(status.st_mode)
    return Entry(kind, stat.S_IMODE(status.st_mode), (status.st_uid, status.st_gid), status.st_mtime_ns,
                 attributes_of(path), content_of(path, kind))


def snapshot(folder):
    """Path below the folder -> Entry; the folder itself is ''."""
    found = {'': entry(folder)}
    for place, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(place, name)
            found[os.path.relpath(path, folder)] = entry(path)
    return found


def without_state(tree, before):
    """What is not gpucheck's own."""
    return {path: one for path, one in tree.items()
            if not (path + '/').startswith(STATE + '/') and (path in before or path not in ABOVE_STATE)}


def parents(paths):
    return {os.path.dirname(path) for path in paths}


def differences(before, after, touched=()):
    """Path -> 'new', 'gone' or the names of what differs; the times of the folders `touched` may differ."""
    after = without_state(after, before)
    before = without_state(before, before)
    found = {path: 'new' for path in after.keys() - before.keys()}
    found.update({path: 'gone' for path in before.keys() - after.keys()})
    folders = {'', *ABOVE_STATE, *touched}
    for path in before.keys() & after.keys():
        fields = [name for name in Entry._fields if getattr(before[path], name) != getattr(after[path], name)
                  and not (name == 'changed' and path in folders)]
        if fields:
            found[path] = ' '.join(fields)
    return found
