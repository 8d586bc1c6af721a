# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests share: the package that GPUCHECK_PACKAGE in the environment names the folder of."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from harness import environment, gpucheck

TREE = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGING = TREE / 'packaging'
MANUAL, CONFIGURATION_MANUAL = PACKAGING / 'gpucheck.8', PACKAGING / 'gpucheck.conf.5'
ROOT = os.geteuid() == 0
SECONDS = 120


def folder():
    return pathlib.Path(os.environ['GPUCHECK_PACKAGE'])


def changelog_version():
    return re.match(r'gpucheck \((.*)\)', (TREE / 'debian/changelog').read_text())[1]


def deb(more=''):
    """The package; with '+1' the same under a higher version."""
    found = sorted(folder().glob('gpucheck_%s%s_*.deb' % (changelog_version(), more)))
    assert len(found) == 1, found
    return found[0]


def output(*command, **how):
    """The standard output of a command that must succeed."""
    how.setdefault('env', environment())
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=SECONDS, check=False, **how)
    assert done.returncode == 0, '%s: status %d: %s%s' % (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


def listed():
    """Check -> its stage, by the program."""
    return {line.split()[0]: line.split()[1] for line in output(gpucheck(), '--list').splitlines()[1:]}


def options():
    """Long option -> its letter and its argument, each '' for none, by --help."""
    found = re.findall(r'^ +(?:-(\w), )?(--[a-z-]+)(\[=[A-Z]+\]|(?: \S*[A-Z]{2,}\S*)?)',
                       output(gpucheck(), '--help'), re.M)
    return {name: (letter, argument.strip()) for letter, name, argument in found}


def refusal(*arguments):
    """What the program says of a wrong command line or configuration."""
    done = subprocess.run([gpucheck(), *arguments], capture_output=True, text=True, env=environment(), timeout=SECONDS,
                          check=False)
    assert done.returncode == 2, done
    return done.stderr


def formats():
    return re.search(r'the formats are (.*)', refusal('-f', 'none'))[1].replace(',', '').replace(' and ', ' ').split()


class Extracted(unittest.TestCase):
    """The files of the package, not installed."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix='gpucheck-package-')
        cls.root = pathlib.Path(cls.temporary.name)
        output('dpkg-deb', '--extract', deb(), cls.root)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()
