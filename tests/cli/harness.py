# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of the command line share: the program, host roots built from fixtures, and how a run is judged.

The program is the one that GPUCHECK in the environment names. GPUCHECK_ROOTS may name a folder that keeps the built
roots, so that several processes build each only once; run.py sets both.
"""
import atexit
import collections
import json
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
import unittest

SOURCE = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
FIXTURES = os.path.join(SOURCE, 'fixtures')
SECONDS = 5
CRASHED = 99  # what the sanitizers exit with; their default, 1, would look like a failed check
PASSED, FAILED, REFUSED, NOT_MEASURED = 0, 1, 2, 3
NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] if os.geteuid() == 0 else []

READY = 'rtx3060-ready'
CARD = '0000:01:00.0'  # of that host, and its companion
AUDIO = '0000:01:00.1'
DEVICES = 'sys/bus/pci/devices'

Run = collections.namedtuple('Run', 'status stdout stderr')


def why_no_mount_namespace():
    """'' where one can be made: root can, but not in a bare chroot, whose / is no mount point."""
    done = subprocess.run(['unshare', '-m', 'true'], capture_output=True, text=True, timeout=60)
    return (done.stderr.strip() or 'unshare fails') if done.returncode else ''


# Said with each test that is skipped for it.
NO_MOUNT_NAMESPACE = why_no_mount_namespace()


def environment(**more):
    """A bare environment, so that the caller's settings change no report."""
    sanitizers = 'exitcode=%d:print_stacktrace=1' % CRASHED
    bare = {'PATH': os.environ.get('PATH', '/usr/bin:/bin'), 'LC_ALL': 'C.UTF-8', 'SOURCE_DATE_EPOCH': '0',
            'ASAN_OPTIONS': sanitizers, 'UBSAN_OPTIONS': sanitizers}
    return {**bare, **more}


def text(data):
    return data.decode('utf-8', 'surrogateescape')


def gpucheck():
    return os.path.abspath(os.environ['GPUCHECK'])


def kept_roots():
    """The folder of the built roots."""
    keep = os.environ.get('GPUCHECK_ROOTS')
    if not keep:
        keep = os.environ['GPUCHECK_ROOTS'] = tempfile.mkdtemp(prefix='gpucheck-roots-')
        atexit.register(shutil.rmtree, keep)
        os.chmod(keep, 0o755)
    return keep


def built_root(name):
    """The root of a fixture, built once. It is shared: copy it before changing it."""
    root = os.path.join(kept_roots(), name)
    if os.path.isdir(root):
        return root
    building = tempfile.mkdtemp(prefix=name, dir=kept_roots())
    place, fixture = os.path.join(building, name), os.path.join(FIXTURES, name)
    if os.path.isdir(os.path.join(fixture, 'root')):
        shutil.copytree(os.path.join(fixture, 'root'), place, symlinks=True)
    else:
        subprocess.run([os.path.join(FIXTURES, 'mkroot.py'), os.path.join(fixture, 'host'), place], check=True)
    try:
        os.rename(place, root)
    except OSError:  # another process was faster
        shutil.rmtree(place)
    os.rmdir(building)
    return root


def arguments_of(name):
    """What the fixture is run with."""
    path = os.path.join(FIXTURES, name, 'arguments')
    return shlex.split(read(path)) if os.path.exists(path) else []


class Report:
    """A JSON report, asked by check and GPU."""

    def __init__(self, run):
        self.run = run
        self.document = json.loads(run.stdout)
        self.checks = self.document['checks']

    def ids(self):
        return [check['id'] for check in self.checks]

    def check(self, name, gpu=None):
        found = [one for one in self.checks if one['id'] == name and gpu in (None, one['gpu'])]
        assert len(found) == 1, '%s stands %d times in the report' % (name, len(found))
        return found[0]

    def verdict(self, name, gpu=None):
        return self.check(name, gpu)['verdict']

    def reason(self, name, gpu=None):
        return self.check(name, gpu)['reason']


class Root:
    """A host root that a test may spoil. Its files are hard links to the shared root's: replace, never rewrite."""

    def __init__(self, folder):
        self.folder = folder

    def at(self, path):
        return os.path.join(self.folder, path)

    def clear(self, path):
        """Make room at path: what was there is gone, the folder above is there."""
        place = self.at(path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.isdir(place) and not os.path.islink(place):
            shutil.rmtree(place)
        elif os.path.lexists(place):
            os.unlink(place)
        return place

    def write(self, path, content):
        with open(self.clear(path), 'wb') as f:
            f.write(content if isinstance(content, bytes) else content.encode())

    def link(self, path, target):
        os.symlink(target, self.clear(path))

    def chmod(self, path, mode):
        """Another mode for path, and only here."""
        place = os.path.realpath(self.at(path))
        if not os.path.isdir(place):
            shutil.copyfile(place, place + '.own')
            os.rename(place + '.own', place)
        os.chmod(place, mode)

    def loop(self, path):
        """Something at path that not even root can read."""
        self.link(path, os.path.basename(path))

    def fifo(self, path):
        os.mkfifo(self.clear(path))
        return self.at(path)


class CommandLine(unittest.TestCase):
    """A test that runs gpucheck; every run is checked for what no run may do."""

    def folder(self):
        """A folder of this test's own, which nobody may read too."""
        folder = tempfile.mkdtemp(prefix='gpucheck-cli-')
        os.chmod(folder, 0o755)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return folder

    def root(self, name=READY):
        """A root of this test's own."""
        folder = os.path.join(self.folder(), 'root')
        subprocess.run(['cp', '-a', '--link', built_root(name), folder], check=True)
        return Root(folder)

    def gpucheck(self, *arguments, nobody=False, stdout=subprocess.PIPE, **env):
        """Run it: in time, without a crash, with a status of the contract."""
        return self.started([*(NOBODY if nobody else []), gpucheck(), *arguments], stdout, **env)

    def under_shell(self, script, *arguments):
        """The same, started by a line of shell that says exec "$@"."""
        return self.started(['sh', '-c', script, 'sh', gpucheck(), *arguments], subprocess.PIPE)

    def started(self, command, stdout, **env):
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
                                  env=environment(**env), timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            self.fail('no end in %d s: %r' % (SECONDS, command))
        run = Run(done.returncode, text(done.stdout or b''), text(done.stderr))
        self.assertIn(run.status, (PASSED, FAILED, REFUSED, NOT_MEASURED), '%r: %s' % (command, run.stderr))
        return run

    def report(self, root, *arguments, **how):
        """The JSON report about a root; standard error is silent unless something was refused."""
        run = self.gpucheck('--root', getattr(root, 'folder', root), '--format', 'json', *arguments, **how)
        if run.status != REFUSED:
            self.assertEqual(run.stderr, '')
        try:
            return Report(run)
        except ValueError as e:
            self.fail('not JSON (%s), status %d: %s%s' % (e, run.status, run.stdout[:500], run.stderr))

    def assertRefused(self, word, *arguments, **how):
        """Exit status 2, nothing on standard output, and a message that holds the word."""
        run = self.gpucheck(*arguments, **how)
        self.assertEqual(run.status, REFUSED, run)
        self.assertEqual(run.stdout, '')
        self.assertTrue(run.stderr.startswith('gpucheck: '), run.stderr)
        self.assertIn(word, run.stderr)
        return run

    def assertNamed(self, path, root, *arguments, **how):
        """What cannot be used is named: in a refusal, or as the reason of a check that says error."""
        run = self.gpucheck('--root', root.folder, '--format', 'json', *arguments, **how)
        errors = [one['reason'] for one in Report(run).checks if one['verdict'] == 'error'] if run.stdout else []
        if run.status == REFUSED and path in run.stderr:
            return
        self.assertTrue(any(path in reason for reason in errors),
                        'status %d, and nobody names %s: %s %s' % (run.status, path, errors, run.stderr))
        self.assertNotEqual(run.status, PASSED)


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def read(path):
    with open(path, 'rb') as f:
        return text(f.read())
