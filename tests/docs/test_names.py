# SPDX-License-Identifier: GPL-2.0-or-later
"""Checks, options, stages and formats that the documentation names are the program's own."""
import re
import subprocess
import unittest

from harness import environment, gpucheck
import pages

CHECK = re.compile(r'(?<![\w./-])((?:host|iommu|driver|display|vm|guest)\.[a-z_]+)(?![\w/(-])')
# Of the same form, and no checks.
OTHERS = {'vm.nr_hugepages'}
OPTION = re.compile(r'(?<!\S)(--?[A-Za-z][\w-]*)')
# What ends the arguments of a gpucheck that is named in a line: an operator of the shell, a comment, a column.
END = re.compile(r'\s[|&;#>]|[;|)]|\s{2,}|,\s')
COMMAND = re.compile(r'(?:^|[\s(/])gpucheck(?=\s)(.*)')


def said(*arguments):
    done = subprocess.run([gpucheck(), *arguments], capture_output=True, text=True, env=environment(), check=False)
    return done.stdout, done.returncode


def arguments_in(text):
    """The words that follow each gpucheck in a line of shell."""
    found = COMMAND.search(text)
    if not found:
        return []
    rest = END.split(found[1], maxsplit=1)
    return rest[0].split() + arguments_in(found[1][len(rest[0]):])


def code(page):
    """(line number, text) of every code span, and of every line of a block."""
    yield from pages.spans(page)
    for block in pages.blocks(page):
        # Of an excerpt only the commands: the rest is the program's own words.
        excerpt = block.marker and block.marker.kind == 'host'
        for number, line in enumerate(block.lines, block.first + 1):
            if not excerpt or line.startswith('$ '):
                yield number, line


class Names(unittest.TestCase):
    def setUp(self):
        self.checks = [line.split()[0] for line in said('--list')[0].splitlines()[1:]]
        self.options = set(re.findall(r'(?<![\w-])(--?[A-Za-z][\w-]*)', said('--help')[0]))

    def test_checks(self):
        for page in pages.pages():
            for number, line in pages.prose(page):
                for name in CHECK.findall(line):
                    if name not in OTHERS and not name.endswith(('.c', '.h', '.py', '.md', '.json', '.xml')):
                        with self.subTest(page=page, line=number):
                            self.assertTrue(name in self.checks, 'gpucheck --list has no check %s' % name)

    def test_options_after_gpucheck(self):
        for page in pages.pages():
            for number, text in code(page):
                for option in OPTION.findall(' '.join(arguments_in(text))):
                    with self.subTest(page=page, line=number):
                        self.assertTrue(option in self.options, 'gpucheck --help has no option %s' % option)

    def test_options_by_themselves(self):
        """In the pages for users an option that stands alone is gpucheck's."""
        for page in pages.pages():
            if page != 'README.md' and not page.startswith('docs/'):
                continue
            for number, span in pages.spans(page):
                for option in re.findall(r'^(--?[a-z][\w-]*)', span):
                    with self.subTest(page=page, line=number):
                        self.assertTrue(option in self.options, 'gpucheck --help has no option %s' % option)

    def test_formats_and_stages(self):
        for page in pages.pages():
            for number, text in code(page):
                words = arguments_in(text)
                for option, value in zip(words, words[1:]):
                    if option in ('-f', '--format', '-t', '--through') and not value.isupper():
                        with self.subTest(page=page, line=number):
                            self.assertNotIn('no such', refusal(option, value))


def refusal(option, value):
    done = subprocess.run([gpucheck(), '--root', '/nowhere', option, value], capture_output=True, text=True,
                          env=environment(), check=False)
    return done.stderr
