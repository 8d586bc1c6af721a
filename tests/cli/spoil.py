# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to take one path of a root from the program, each undone when the block ends.

    unreadable   it is there and nobody can read it, not even root: a link to itself; a folder in place of a link
    forbidden    its mode, or for what has none its folder's, keeps an unprivileged reader out
    missing      it is not there
    planted      it was not there, and now is, unreadable

Each is a context manager that takes the root's folder, the path within it, and how the program looks at it (trace.py).
"""
import contextlib
import os
import shutil
import tempfile


def remove(place):
    if os.path.isdir(place) and not os.path.islink(place):
        shutil.rmtree(place)
    else:
        os.unlink(place)


def block(place, how):
    """Put something at place that cannot be read in this way."""
    if how == 'link':
        os.mkdir(place)
    else:
        os.symlink(os.path.basename(place), place)


@contextlib.contextmanager
def missing(root, path, _how):
    place = os.path.join(root, path)
    aside = tempfile.mkdtemp(prefix='aside-', dir=os.path.dirname(root))
    kept = os.path.join(aside, 'kept')
    os.rename(place, kept)
    try:
        yield
    finally:
        if os.path.lexists(place):
            remove(place)
        os.rename(kept, place)
        os.rmdir(aside)


@contextlib.contextmanager
def unreadable(root, path, how):
    with missing(root, path, how):
        block(os.path.join(root, path), how)
        yield


@contextlib.contextmanager
def planted(root, path, how):
    place = os.path.join(root, path)
    new = place
    while not os.path.lexists(os.path.dirname(new)):
        new = os.path.dirname(new)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    block(place, how)
    try:
        yield
    finally:
        remove(new)


@contextlib.contextmanager
def forbidden(root, path, how):
    place = os.path.join(root, path)
    place = os.path.realpath(place if how in ('file', 'folder') else os.path.dirname(place))
    mode = os.stat(place).st_mode & 0o7777
    os.chmod(place, 0)
    try:
        yield
    finally:
        os.chmod(place, mode)


def ways(root, path):
    """Name and way of everything that can be done to this path."""
    if not os.path.lexists(os.path.join(root, path)):
        return [('planted', planted)]
    return [('unreadable', unreadable), ('forbidden', forbidden), ('missing', missing)]
