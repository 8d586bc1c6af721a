# SPDX-License-Identifier: GPL-2.0-or-later
"""The completion, in a bash at a terminal that loads it as bash-completion does: by the command's name."""
import os
import pty
import re
import select
import subprocess
import tempfile
import time
import unittest

from harness import Root, built_root, environment, gpucheck
from package import PACKAGING, formats, listed, options

HOST = 'rtx3060-vm-still-runs-the-old-definition'
GPUS = ['0000:00:02.0', '0000:01:00.0']
# Readline asks nothing, shows all that fits, a line each, and rings no bell.
INPUTRC = '''set show-all-if-ambiguous on
set completion-query-items 0
set page-completions off
set completion-display-width 0
set bell-style none
set enable-bracketed-paste off
set colored-stats off
'''
# Readline has the terminal when it prints this.
PROMPT = 'ready>'
SECONDS = 30
ESCAPES = re.compile(r'\x1b\[[0-9;?]*[a-zA-Z]|\r')


class Shell:
    """bash at a terminal of its own."""

    def __init__(self, folder):
        completions = os.path.join(folder, 'completions')
        os.mkdir(completions)
        os.symlink(PACKAGING / 'gpucheck.bash', os.path.join(completions, 'gpucheck'))
        with open(os.path.join(folder, 'inputrc'), 'w', encoding='ascii') as file:
            file.write(INPUTRC)
        variables = environment(TERM='dumb', HOME=folder, INPUTRC=os.path.join(folder, 'inputrc'), PS1='',
                                COLUMNS='200', BASH_COMPLETION_USER_DIR=folder)
        variables['PATH'] = '%s:%s' % (os.path.dirname(gpucheck()), variables['PATH'])
        self.terminal, other = pty.openpty()
        self.bash = subprocess.Popen(['bash', '--norc', '--noprofile', '-i'], stdin=other, stdout=other, stderr=other,
                                     env=variables, cwd=folder, start_new_session=True)
        os.close(other)
        self.count, self.shown = 0, ''
        self.typed("PS1='%s'; . /usr/share/bash-completion/bash_completion\n" % PROMPT)

    def close(self):
        os.close(self.terminal)
        self.bash.kill()
        self.bash.wait()

    def until(self, mark):
        """What is shown before the mark; what comes behind it waits for the next call."""
        end = time.monotonic() + SECONDS
        while mark not in self.shown:
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise TimeoutError('no %r in %r' % (mark, self.shown))
            self.shown += os.read(self.terminal, 65536).decode()
        before, self.shown = self.shown.split(mark, 1)
        return ESCAPES.sub('', before)

    def typed(self, keys):
        """What is seen of it; the line that is left is thrown away."""
        self.count += 1
        mark = 'end-%d-end' % self.count
        # Control-U forgets the line. The mark is put together by the shell, so that its echo is none.
        os.write(self.terminal, (keys + '\x15printf "end-%s-end\\n" ' + '%d\n' % self.count).encode())
        seen = self.until(mark)
        self.until(PROMPT)
        return seen

    def tab(self, line):
        """The words that are offered for a line, and the line as it then stands."""
        lines = self.typed(line + '\t').split('\n')
        return lines[1:-2], lines[-2].split('printf "end')[0].replace(PROMPT, '').rstrip(' ')


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix='gpucheck-completion-')
        cls.shell = Shell(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.shell.close()
        cls.folder.cleanup()

    def offered(self, line):
        return self.shell.tab('gpucheck ' + line)[0]

    def assertCompleted(self, line, expected):
        offered, stands = self.shell.tab(line)
        self.assertEqual((offered, stands), ([], expected))

    def test_options(self):
        self.assertEqual(self.offered('--'), sorted(options()))
        self.assertEqual(self.offered('-'), sorted(options()))
        self.assertCompleted('gpucheck --allow', 'gpucheck --allow-disruption')

    def test_checks_and_stages(self):
        self.assertEqual(self.offered(''), sorted({*listed(), *listed().values()}))
        self.assertEqual(self.offered('--strict vm.m'), ['vm.memory', 'vm.mmio'])
        self.assertCompleted('gpucheck -v guest.ba', 'gpucheck -v guest.bars')
        self.assertEqual(self.offered('--explain '), sorted(listed()))

    def test_no_argument_is_taken_for_a_check(self):
        """A new option with an argument needs a line of its own in the completion."""
        for name, (letter, argument) in options().items():
            for option in (name, '-' + letter) if argument and argument[0] != '[' and name != '--explain' else ():
                if option != '-':
                    with self.subTest(option):
                        self.assertNotIn('iommu.enabled', self.offered(option + ' '))

    def test_stages(self):
        stages = sorted(set(listed().values()))
        for option in ('-t ', '-vt ', '--through ', '--through='):
            self.assertEqual(self.offered(option), stages, option)
        self.assertCompleted('gpucheck --through=io', 'gpucheck --through=iommu')

    def test_formats(self):
        self.assertEqual(self.offered('-f '), sorted(formats()))

    def test_color(self):
        self.assertEqual(self.offered('--color='), ['always', 'auto', 'never'])
        self.assertIn('iommu.enabled', self.offered('--color '))

    def test_cards(self):
        root = '--root %s ' % built_root(HOST)
        # What stands before the last colon is not repeated.
        self.assertEqual(self.offered(root + '--gpu '), GPUS)
        self.assertEqual(self.offered(root + '-g 0000:0'), [gpu.removeprefix('0000:') for gpu in GPUS])
        self.assertCompleted('gpucheck %s-g 0000:01' % root, 'gpucheck %s-g 0000:01:00.0' % root)
        self.assertCompleted('gpucheck %s--gpu=0000:01' % root, 'gpucheck %s--gpu=0000:01:00.0' % root)

    def test_virtual_machines(self):
        self.assertCompleted('gpucheck -c test:///default -m ', 'gpucheck -c test:///default -m test')
        root = Root(os.path.join(self.folder.name, 'host'))
        for name in ('ml', 'my vm'):
            root.write('etc/libvirt/qemu/%s.xml' % name, '')
        line = 'gpucheck --root=%s --vm ' % root.folder
        self.assertCompleted(line + 'ml', line + 'ml')
        self.assertCompleted(line + 'my', line + 'my\\ vm')

    def test_files(self):
        for name in ('report-of-a-host.json', 'report-folder/inside'):
            os.makedirs(os.path.dirname(os.path.join(self.folder.name, name)), exist_ok=True)
            with open(os.path.join(self.folder.name, name), 'w', encoding='ascii'):
                pass
        for option in ('-o ', '--output=', '--config ', '--merge ', '--merge a '):
            self.assertCompleted('gpucheck %sreport-of' % option, 'gpucheck %sreport-of-a-host.json' % option)
        for option in ('--root ', '--record '):
            self.assertCompleted('gpucheck %srep' % option, 'gpucheck %sreport-folder/' % option)

    def test_plans(self):
        self.assertCompleted('gpucheck --undo l', 'gpucheck --undo list')

    def test_behind_sudo(self):
        self.assertCompleted('sudo gpucheck --expl', 'sudo gpucheck --explain')
