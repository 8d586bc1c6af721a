# SPDX-License-Identifier: GPL-2.0-or-later
"""Every excerpt of gpucheck's output in the documentation is what it prints."""
import unittest

import excerpts
import pages

HOW = 'where that is wanted: ./dev goldens (tests/docs/run.py --rewrite) writes the excerpts anew'


class Excerpts(unittest.TestCase):
    def test_every_excerpt_names_its_host(self):
        for page in pages.pages():
            for block in excerpts.unmarked(page):
                self.fail('%s:%d: "%s" has no line <!-- host: FIXTURE --> above it'
                          % (page, block.first + 1, block.lines[0]))

    def test_an_excerpt_can_differ(self):
        """This test itself: another word, a line more or a line less is seen."""
        lines = ['<!-- host: rtx3060-ready -->', '', '    $ gpucheck -q', '']
        block, = excerpts.excerpts('a page', lines)
        self.assertEqual(excerpts.difference(block), '')
        self.assertNotEqual(excerpts.difference(block._replace(lines=block.lines + ['what'])), '')
        self.assertEqual(excerpts.difference(block._replace(lines=block.lines + ['…'])), '')
        self.assertNotEqual(excerpts.difference(block._replace(lines=['$ gpucheck host.kvm'])), '')


def add_page(page):
    def test(self):
        for block in excerpts.excerpts(page):
            with self.subTest(block.first + 1):
                found = excerpts.difference(block)
                if found:
                    self.fail('%s\n%s' % (found, HOW))
    setattr(Excerpts, 'test_' + page.replace('/', '_').replace('.', '_').replace('-', '_'), test)


for one in pages.pages():
    add_page(one)
