# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether a secret is anywhere in a record: in the bytes of its files, in names and in links, in any spelling."""
import os
import re

SEPARATORS = re.compile(rb'\\x2d|[-:_. \n]')


def spellings(text):
    """A text as bytes: in small letters, without what separates groups, and without UTF-16's empty halves."""
    small = text.lower()
    return {small, SEPARATORS.sub(b'', small), small.replace(b'\0', b''), SEPARATORS.sub(b'', small.replace(b'\0', b''))}


def parts(root):
    """(where, bytes) of everything in the record."""
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            where = os.path.relpath(path, root)
            yield where + ' (its name)', os.fsencode(where)
            if os.path.islink(path):
                yield where + ' (where it leads)', os.fsencode(os.readlink(path))
            elif os.path.isfile(path):
                with open(path, 'rb') as file:
                    yield where, file.read()


def find(root, secrets):
    """(secret, where) of each that is found. A secret is a text; its words without separators are looked for too."""
    wanted = {secret: spellings(secret.encode()) for secret in secrets}
    found = []
    for where, text in parts(root):
        texts = spellings(text)
        found += [(secret, where) for secret, forms in wanted.items()
                  if any(form in one for form in forms for one in texts)]
    return found
