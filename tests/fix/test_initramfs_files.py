#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Binding by address, and what initramfs-tools and dracut are told: each file read by the program it is for."""
import json
import os
import re
import shutil
import subprocess
import unittest

from fixing import Fixing, described
from harness import environment, read
from hosts import CARD, GRUB, KERNEL, unbound
from shown import NOTHING
from tree import differences

RULES, HOOK = 'etc/udev/rules.d/07-gpucheck.rules', 'etc/initramfs-tools/hooks/gpucheck'
DRACUT = 'etc/dracut.conf.d/90-gpucheck.conf'
MODPROBE, SNIPPET = 'etc/modprobe.d/gpucheck.conf', 'etc/default/grub.d/99-gpucheck.cfg'
FUNCTIONS, IDS = ['0000:01:00.0', '0000:01:00.1'], '10de:2504,10de:228e'
TWIN = CARD.replace(':01:', ':02:').replace('group=12', 'group=13')
REBUILD, DRACUT_REBUILD = 'update-initramfs -u -k all', 'dracut --regenerate-all --force'

# udev(7): keys with an operator and a value in double quotes, parted by commas.
KEY = re.compile(r'\s*([A-Z]+)(?:\{([^}]*)\})?(==|!=|\+=|:=|=)"([^"\\]*)"\s*(,|$)')
# The functions of initramfs-tools that a hook uses, which tell what they are asked for.
HOOK_FUNCTIONS = 'manual_add_modules() { echo modules "$@"; }\ncopy_file() { echo file "$@"; }\n'
SHELLCHECK = shutil.which('shellcheck')


def said_by(command, **how):
    """Standard output of a command that must succeed and complain of nothing."""
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False, **how)
    assert (done.returncode, done.stderr) == (0, ''), '%r: %s' % (command, done)
    return done.stdout


def keys_of(rule):
    """(key, attribute, operator, value) of a rule."""
    found, at = [], 0
    while at < len(rule):
        match = KEY.match(rule, at)
        assert match, 'no rule of udev: ' + rule[at:]
        found.append(match.groups()[:4])
        at = match.end()
    return found


def rules_in(text):
    return [keys_of(line) for line in text.splitlines() if line and not line.startswith('#')]


class InitramfsFiles(Fixing):
    def host(self, *cards, more='', dracut=False, arguments=GRUB + ' quiet intel_iommu=on'):
        root = self.copied(described(unbound(*cards, more=more, arguments=arguments)))
        if dracut:
            root.clear('etc/initramfs-tools')
            os.makedirs(root.at('etc/dracut.conf.d'))
            root.write('etc/kernel/postinst.d/dracut', '#!/bin/sh\n')
        return root


class ByAddress(InitramfsFiles):
    """Two cards with the same ids: only the one that was asked for may go."""

    def mended(self, **how):
        root = self.host(CARD, TWIN, **how)
        self.cycle(root, 'driver', '-g', '01:00.0')
        return root, self.fixed(root, 'driver', '-g', '01:00.0')

    def test_rules(self):
        root, plan = self.mended()
        self.assertEqual(sorted(plan.diffs), [HOOK, RULES])
        rules = rules_in(read(root.at(RULES)))
        self.assertEqual([dict((key, value) for key, _, _, value in rule)['KERNEL'] for rule in rules], FUNCTIONS)
        for rule, function in zip(rules, FUNCTIONS):
            self.assertEqual(rule, [('ACTION', None, '==', 'add'), ('SUBSYSTEM', None, '==', 'pci'),
                                    ('KERNEL', None, '==', function), ('ATTR', 'driver_override', '=', 'vfio-pci'),
                                    ('RUN', 'builtin', '+=', 'kmod load vfio-pci'),
                                    ('RUN', None, '+=', "/bin/sh -c 'echo %k >/sys/bus/pci/drivers_probe'")])

    def test_udev_reads_them(self):
        root, _ = self.mended()
        udevadm = shutil.which('udevadm')
        if not udevadm or subprocess.run([udevadm, 'verify', '--help'], capture_output=True, check=False).returncode:
            self.skipTest('no udevadm verify (systemd 254 has it)')
        subprocess.run([udevadm, 'verify', root.at(RULES)], check=True)

    def test_both_in_one_plan(self):
        root = self.host(CARD, TWIN)
        self.cycle(root, 'driver')
        self.fixed(root, 'driver')
        self.assertEqual(len(rules_in(read(root.at(RULES)))), 4)

    def test_second_one_later(self):
        root, _ = self.mended()
        first = read(root.at(RULES))
        plan = self.fixed(root, 'driver', '-g', '02:00.0')
        self.assertEqual(list(plan.diffs), [RULES])
        self.assertTrue(read(root.at(RULES)).startswith(first))
        self.assertEqual(len(rules_in(read(root.at(RULES)))), 4)
        self.assertEqual(plan.commands, [REBUILD])
        self.undone(root)
        self.assertEqual(read(root.at(RULES)), first)

    def test_owners_rule_there(self):
        """A file of that name without a newline at its end keeps what it has."""
        root = self.host(CARD, TWIN)
        root.write(RULES, 'ACTION=="add", KERNEL=="vfio", MODE="0666"')
        self.cycle(root, 'driver', '-g', '01:00.0')
        self.fixed(root, 'driver', '-g', '01:00.0')
        self.assertEqual(len(rules_in(read(root.at(RULES)))), 3)

    def test_hook(self):
        root, plan = self.mended()
        self.assertEqual(os.stat(root.at(HOOK)).st_mode & 0o7777, 0o755)
        said_by(['sh', '-n', root.at(HOOK)])
        self.assertEqual(said_by([root.at(HOOK), 'prereqs']), '')
        self.assertEqual(self.run_hook(root), ['modules vfio-pci', 'file rules /' + RULES])
        self.assertEqual(plan.commands, [REBUILD])

    def run_hook(self, root):
        """As mkinitramfs runs it, with functions that only tell."""
        script = read(root.at(HOOK)).replace('. /usr/share/initramfs-tools/hook-functions\n', HOOK_FUNCTIONS)
        self.assertIn(HOOK_FUNCTIONS, script)
        return said_by(['sh', '-e'], input=script).splitlines()

    def test_dracut(self):
        root, plan = self.mended(dracut=True)
        self.assertEqual(sorted(plan.diffs), [DRACUT, RULES])
        self.assertEqual(plan.commands, [DRACUT_REBUILD])


class Dracut(InitramfsFiles):
    def settings(self, root, *names):
        """Variables as dracut has them once it has read the file: it sources it with bash."""
        script = '. "$1"; shift; for name; do echo ${!name}; done'
        return said_by(['bash', '-euc', 'force_drivers= install_items=; ' + script, 'bash', root.at(DRACUT),
                        *names]).splitlines()

    def test_by_id(self):
        root = self.host(dracut=True)
        plan = self.cycle(root, 'driver')
        self.assertEqual(sorted(plan.diffs), [DRACUT, MODPROBE])
        self.assertEqual(plan.commands, [DRACUT_REBUILD])
        self.fixed(root, 'driver')
        said_by(['bash', '-n', root.at(DRACUT)])
        self.assertEqual(self.settings(root, 'force_drivers', 'install_items'), ['vfio-pci', '/' + MODPROBE])

    def test_blanks_around_each_word(self):
        """dracut joins the lines of many files: words would run together (dracut.conf(5))."""
        root = self.host(dracut=True)
        self.fixed(root, 'driver')
        for value in re.findall(r'\+="(.*)"', read(root.at(DRACUT))):
            self.assertRegex(value, r'^ .* $')

    def test_by_address_later(self):
        root = self.host(CARD, TWIN, dracut=True)
        self.fixed(root, 'driver', '-g', '01:00.0')
        root.write(MODPROBE, '# by hand\n')
        self.assertEqual(self.settings(root, 'install_items'), ['/' + RULES])

    def test_owners_folder_alone(self):
        """No postinst hook of either: the folder tells."""
        root = self.host(dracut=True)
        root.clear('etc/kernel')
        self.assertEqual(self.plan(root, 'driver').commands, [DRACUT_REBUILD])


class BuiltIn(InitramfsFiles):
    """modprobe.d is not read for a built-in vfio-pci: its ids are a kernel argument."""

    def test_argument(self):
        root = self.host(more='vfio-pci builtin')
        plan = self.cycle(root, 'driver')
        self.assertEqual(list(plan.diffs), [SNIPPET])
        self.assertIn("+gpucheck_words='vfio-pci.ids=%s'" % IDS, plan.diffs[SNIPPET])
        self.assertEqual(plan.commands, ['update-grub'])

    def test_owners_argument(self):
        root = self.host(more='vfio-pci builtin', arguments=GRUB + ' intel_iommu=on vfio_pci.ids=10de:1eb8')
        plan = self.fixed(root, 'driver')
        self.assertIn("+gpucheck_words='vfio-pci.ids=10de:1eb8,%s'" % IDS, plan.diffs[SNIPPET])

    def test_argument_that_is_no_list_of_ids(self):
        """It would end the quotes of a file that root's shell reads."""
        root = self.host(more='vfio-pci builtin', arguments=GRUB + " intel_iommu=on vfio-pci.ids=10de:1eb8,';x'")
        plan = self.fixed(root, 'driver')
        self.assertIn("+gpucheck_words='vfio-pci.ids=10de:1eb8,%s'" % IDS, plan.diffs[SNIPPET])
        said_by(['sh', '-n', root.at(SNIPPET)])

    def test_twins(self):
        """By address all the same."""
        plan = self.fixed(self.host(CARD, TWIN, more='vfio-pci builtin'), 'driver', '-g', '01:00.0')
        self.assertEqual(sorted(plan.diffs), [HOOK, RULES])


class OlderImage(InitramfsFiles):
    """The disk has what binds the card, whoever wrote it: then only the image is built anew."""
    LINES = 'options vfio-pci ids=%s\n' % IDS + ''.join(
        'softdep %s pre: vfio-pci\n' % module for module in ('nouveau', 'nvidia', 'snd_hda_intel'))

    def older(self, modules=('nouveau',), lines=LINES, files=(), **how):
        root = self.host(**how)
        root.write('etc/modprobe.d/vfio.conf', lines)
        root.write('gpucheck/initramfs/initrd.img-%s.json' % KERNEL, json.dumps(
            {'modules': modules, 'releases': [KERNEL], 'files': [{'path': p, 'text': t} for p, t in files]}))
        return root

    def assertOnlyRebuilt(self, root, command, *checks):
        before, plan = self.tree(root), self.plan(root, *checks)
        self.assertEqual((plan.diffs, plan.commands), ({}, [command]), plan.text)
        self.assertTrue(plan.about(checks[0] if checks[0] != 'driver' else 'driver.persistent'), plan.text)
        self.assertNotIn(NOTHING, plan.text)
        run = self.fix(root, *checks)
        self.assertIn('left to do on the host itself: ' + command, run.stderr)
        self.assertEqual(differences(before, self.tree(root)), {})
        self.assertRefused('no applied plan', '--root', root.folder, '--undo')

    def test_initramfs_tools(self):
        for check in ('driver.persistent', 'driver.vfio', 'driver'):
            with self.subTest(check):
                self.assertOnlyRebuilt(self.older(), REBUILD, check)

    def test_dracut(self):
        """It takes no file of modprobe's along unless it is told."""
        root = self.older(dracut=True)
        plan = self.cycle(root, 'driver.persistent')
        self.assertEqual((list(plan.diffs), plan.commands), ([DRACUT], [DRACUT_REBUILD]))
        self.fixed(root, 'driver.persistent')
        self.assertIn('/etc/modprobe.d/vfio.conf', read(root.at(DRACUT)))

    def test_agrees(self):
        """There is nothing to do but to reboot."""
        root = self.older(('nouveau', 'vfio_pci'), files=[('etc/modprobe.d/vfio.conf', self.LINES)])
        plan = self.plan(root, 'driver')
        self.assertEqual((plan.diffs, plan.commands), ({}, []), plan.text)
        self.assertTrue(any('driver.vfio' in one and 'is in place' in one for one in plan.reboot), plan.text)
        self.assertIn(NOTHING, plan.text)

    def test_disk_lacks_a_line(self):
        """Then a file is written, as without an image."""
        plan = self.cycle(self.older(lines='options vfio-pci ids=10de:2504\n'), 'driver.persistent')
        self.assertTrue(plan.diffs)

    def test_other_changes_with_it(self):
        """The command is one of the plan's then, and taken back with it."""
        root = self.older(arguments=GRUB + ' quiet intel_iommu=on iommu=off')
        plan = self.cycle(root, 'iommu.cmdline', 'driver.persistent')
        self.assertEqual((list(plan.diffs), sorted(plan.commands)), ([SNIPPET], sorted(['update-grub', REBUILD])))


class ShellFiles(InitramfsFiles):
    @unittest.skipUnless(SHELLCHECK, 'no shellcheck (Debian: shellcheck)')
    def test_shellcheck(self):
        hook, dracut = self.host(CARD, TWIN), self.host(dracut=True)
        snippet = self.host(more='vfio-pci builtin')
        for root, path, shell in ((hook, HOOK, 'sh'), (dracut, DRACUT, 'bash'), (snippet, SNIPPET, 'sh')):
            with self.subTest(path=path):
                self.fixed(root, 'driver', '-g', '01:00.0')
                # SC1091: what is sourced is not there; SC2034: who sources it uses the variables.
                said_by([SHELLCHECK, '-s', shell, '-e', 'SC1091,SC2034', root.at(path)])

    def test_syntax(self):
        root = self.host(more='vfio-pci builtin')
        self.fixed(root, 'driver')
        for shell in (['dash'], ['bash', '--posix'], ['bash']):
            if shutil.which(shell[0]):
                said_by([*shell, '-n', root.at(SNIPPET)])

    def test_snippet_leaves_nothing_behind(self):
        """grub-mkconfig goes on after it: options of the shell, IFS and the positional words are as they were."""
        root = self.host(more='vfio-pci builtin')
        self.fixed(root, 'driver')
        script = 'set -e; set -- a b; before="$-|$IFS|$*"; . "$0"; [ "$before" = "$-|$IFS|$*" ]; echo same'
        self.assertEqual(said_by(['sh', '-c', script, root.at(SNIPPET)]), 'same\n')
        self.assertEqual(said_by(['sh', '-c', 'IFS=:; ' + script, root.at(SNIPPET)]), 'same\n')


if __name__ == '__main__':
    unittest.main()
