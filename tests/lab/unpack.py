"""Turns a record of the lab host, as a tar, into a fixture's root."""

import io
import os
import pathlib
import posixpath
import shutil
import tarfile


def refuse_what_leaves(member):
    """Nothing of a record may lie or lead outside its root."""
    if not (member.isfile() or member.isdir() or member.issym()):
        raise ValueError(f"the record holds something that is no file: {member.name}")
    paths = [member.name]
    if member.issym():
        # An absolute target stays absolute when it is joined, and is refused below.
        paths.append(posixpath.join(posixpath.dirname(member.name), member.linkname))
    for path in paths:
        if posixpath.isabs(path) or posixpath.normpath(path).split("/")[0] == "..":
            raise ValueError(f"the record leaves its root: {member.name}")


def keep_empty_directories(root):
    """git forgets an empty directory, but an empty /sys/class/iommu says that there is no IOMMU."""
    for folder, folders, files in os.walk(root):
        if not folders and not files:
            (pathlib.Path(folder) / ".keep").touch()


def unpack(record, root):
    """record: the tar's bytes. root is replaced as a whole."""
    root = pathlib.Path(root)
    fresh = root.with_name(root.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(record)) as archive:
        for member in archive.getmembers():
            refuse_what_leaves(member)
            archive.extract(member, fresh)
    keep_empty_directories(fresh)
    shutil.rmtree(root, ignore_errors=True)
    fresh.rename(root)
