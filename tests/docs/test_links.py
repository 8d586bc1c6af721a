# SPDX-License-Identifier: GPL-2.0-or-later
"""What the documentation points at is there: files, folders, headings, recorded hosts, commands of ./dev."""
import os
import re
import subprocess
import unittest

from harness import SOURCE
import pages

PLACEHOLDER = re.compile(r'[A-Z]{3,}|[*…<]')  # fixtures/NAME/host


def tree_folders():
    """The folders at the top of the tree: a path that begins with one is meant to be there."""
    return {name for name in os.listdir(SOURCE) if os.path.isdir(os.path.join(SOURCE, name))
            and name not in ('build', '.git', '__pycache__')}


def exists(path):
    return os.path.exists(os.path.join(SOURCE, path))


class Links(unittest.TestCase):
    def test_links_lead_somewhere(self):
        for page in pages.pages():
            for number, target in pages.links(page):
                path, _, anchor = target.partition('#')
                if '://' in target:
                    continue
                place = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
                with self.subTest(page=page, line=number):
                    self.assertTrue(exists(place), '%s is not in the tree' % place)
                    if anchor:
                        self.assertIn(anchor, pages.anchors(place))

    def test_paths_in_code_spans_are_there(self):
        folders = tree_folders()
        for page in pages.pages():
            for number, span in pages.spans(page):
                for path in (word.rstrip('/.,:') for word in span.split()):
                    if path.split('/')[0] in folders and '/' in path and not PLACEHOLDER.search(path):
                        with self.subTest(page=page, line=number):
                            self.assertTrue(exists(path), '%s is not in the tree' % path)

    def test_commands_of_dev_are_commands(self):
        usage = subprocess.run([os.path.join(SOURCE, 'dev')], capture_output=True, text=True, check=True).stdout
        known = set(re.findall(r'^\./dev (\w+)', usage, re.M))
        for page in pages.pages():
            for name in re.findall(r'\./dev (\w+)', '\n'.join(pages.lines_of(page))):
                with self.subTest(page=page, name=name):
                    self.assertIn(name, known)

    def test_every_page_is_reached_from_the_readme(self):
        """A page that nothing links to is found by nobody."""
        seen, waiting = set(), ['README.md']
        while waiting:
            page = waiting.pop()
            seen.add(page)
            for _, target in pages.links(page):
                place = os.path.normpath(os.path.join(os.path.dirname(page), target.partition('#')[0]))
                if place in pages.pages() and place not in seen:
                    waiting.append(place)
        self.assertEqual(set(pages.pages()) - seen, set())
