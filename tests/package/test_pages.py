# SPDX-License-Identifier: GPL-2.0-or-later
"""The manual pages: well-formed, and they tell every option, check, format and key that there is, and no other."""
import re
import subprocess
import tempfile
import unittest

from harness import READY, built_root, environment, gpucheck
from package import CONFIGURATION_MANUAL, MANUAL, PACKAGING, formats, listed, options, output, refusal

PAGES = (MANUAL, CONFIGURATION_MANUAL)


def items(text, macro):
    return re.findall(r'^\.It %s (\S+)$' % macro, text, re.M)


def section(page, name):
    """The text of a section or subsection of a page."""
    return re.search(r'^\.S[hs] "?%s"?$(.*?)(?=^\.S[hs] |\Z)' % re.escape(name), page.read_text(), re.M | re.S)[1]


def whole_section(page, name):
    return re.search(r'^\.Sh %s$(.*?)(?=^\.Sh |\Z)' % re.escape(name), page.read_text(), re.M | re.S)[1]


class Form(unittest.TestCase):
    def test_mandoc(self):
        """But for manuals that this machine does not have."""
        for page in PAGES:
            done = subprocess.run(['mandoc', '-Tlint', page], env=environment(), capture_output=True, text=True,
                                  check=False)
            said = [line for line in (done.stdout + done.stderr).splitlines()
                    if 'referenced manual not found' not in line and 'outdated mandoc.db' not in line]
            self.assertEqual(said, [], page)

    def test_man(self):
        for page in PAGES:
            for width in ('80', '120'):
                done = subprocess.run(['man', '--warnings', '-l', page], env=environment(MANWIDTH=width),
                                      capture_output=True, text=True, check=False)
                self.assertEqual((done.returncode, done.stderr), (0, ''), page)
                self.assertLessEqual(max(map(len, done.stdout.splitlines())), int(width))


class Manual(unittest.TestCase):
    def test_options(self):
        """Name, letter and argument as in --help."""
        told = {}
        for letter, name, argument in re.findall(r'^\.It Fl (?:(\w) , )?-([a-z-]+)(.*)$', MANUAL.read_text(), re.M):
            told['--' + name] = (letter, bool(argument.strip()))
        known = {name: (letter, bool(argument)) for name, (letter, argument) in options().items()}
        for name in sorted({*known, *told}):
            with self.subTest(name):
                self.assertIn(name, told, 'gpucheck(8) does not tell it')
                self.assertIn(name, known, 'gpucheck --help does not tell it')
                self.assertEqual(told[name], known[name], 'letter, and whether it has an argument')

    def test_checks(self):
        """All of them, in order."""
        self.assertEqual(items(whole_section(MANUAL, 'CHECKS'), 'Cm'), list(listed()))

    def test_stages(self):
        stages = dict.fromkeys(listed().values())
        told = re.findall(r'^\.Cm (\w+)', whole_section(MANUAL, 'DESCRIPTION'), re.M)
        self.assertEqual(told[:len(stages)], list(stages))

    def test_formats(self):
        told = re.search(r'-format Ar format\n(.*?)^\.El', MANUAL.read_text(), re.M | re.S)[1]
        self.assertEqual(set(items(told, 'Cm')), set(formats()))

    def test_exit_status(self):
        self.assertEqual(re.findall(r'^\.It (\d)$', whole_section(MANUAL, 'EXIT STATUS'), re.M), ['0', '1', '2', '3'])


class Configuration(unittest.TestCase):
    def refused(self, text):
        with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
            file.write(text)
            file.flush()
            return refusal('--config', file.name)

    def keys(self):
        """By what the program says of a key that is none: those above the sections, and a section's."""
        said = (self.refused('none=1\n'), self.refused('[gpu 0000:01:00.0]\nnone=1\n'))
        return [re.search(r'there are (.*)', text)[1].replace(',', '').replace(' and ', ' ').split() for text in said]

    def test_keys(self):
        above, of_cards = self.keys()
        self.assertEqual(items(section(CONFIGURATION_MANUAL, 'Above the sections'), 'Cm'), above)
        self.assertEqual(items(section(CONFIGURATION_MANUAL, 'Sections of cards'), 'Cm'), of_cards)

    def test_the_example_has_every_key_and_is_understood(self):
        example = (PACKAGING / 'gpucheck.conf').read_text()
        lines = re.findall(r'^;([a-z[].*)$', example, re.M)
        self.assertEqual([line.split(' ')[0] for line in lines if line[0] != '['], sum(self.keys(), []))
        for text in (example, '\n'.join(lines) + '\n'):
            with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
                file.write(text)
                file.flush()
                output(gpucheck(), '--root', built_root(READY), '--config', file.name, '-t', 'display')
