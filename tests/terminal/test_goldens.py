# SPDX-License-Identifier: GPL-2.0-or-later
"""What a pane of tmux shows, letter for letter: goldens/NAME.txt, rewritten by ./dev goldens."""
import os
import re
import shlex
import unittest

from harness import SOURCE, built_root, gpucheck, read
from pane import Pane
from shown import HERE, host_root

READY = 'rtx3060-vm-still-runs-the-old-definition'
OFF = 'rtx3060-vtd-off-by-argument'
SHARED = 'b550m-card-behind-the-chipset'
NAMES = 'names-of-all-scripts'
COLORS = ['-e']  # capture-pane: with the escape sequences

# Name of the golden: host, columns, locale, what gpucheck is told, how the pane is captured.
SCREENS = {
    'report-80': (READY, 80, 'C.UTF-8', '', []),
    'report-120': (READY, 120, 'C.UTF-8', '', []),
    'report-40-quiet': (OFF, 40, 'C.UTF-8', '-q', []),
    'report-80-color': (OFF, 80, 'C.UTF-8', '-t driver', COLORS),
    'names-80-utf8': (NAMES, 80, 'C.UTF-8', '-v vm', []),
    'names-80-c': (NAMES, 80, 'C', '-v vm', []),
    'topology-80-utf8': (SHARED, 80, 'C.UTF-8', '--topology -g 04:00.0', []),
    'topology-80-c': (SHARED, 80, 'C', '--topology -g 04:00.0', []),
    'topology-120-all': (SHARED, 120, 'C.UTF-8', '--topology -v -g 04:00.0', COLORS),
    'explain-80': (None, 80, 'C.UTF-8', '--explain driver.vfio', COLORS),
    'plan-80': (OFF, 80, 'C.UTF-8', '--fix --dry-run iommu driver', COLORS),
    'list-80': (None, 80, 'C.UTF-8', '--list', []),
}


def shown(host, columns, locale, words, how):
    """The pane's text; the version is replaced, so that a release changes no golden."""
    root = ['--root', host_root(host, built_root)] if host else []
    pane = Pane(shlex.join([gpucheck(), *root, *shlex.split(words)]), columns, locale=locale).wait()
    try:
        return pane.text(*how).replace('gpucheck 0.1.0 on', 'gpucheck VERSION on'), pane.has_wrapped()
    finally:
        pane.close()


class Goldens(unittest.TestCase):
    maxDiff = None


def add_test(name):
    def test(self):
        path = os.path.join(HERE, 'goldens', name + '.txt')
        text, wrapped = shown(*SCREENS[name])
        self.assertFalse(wrapped, 'a line is wider than the pane:\n' + text)
        if os.environ.get('GPUCHECK_REWRITE'):
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
        self.assertEqual(read(path), text)
    setattr(Goldens, 'test_' + name.replace('-', '_'), test)


for one in SCREENS:
    add_test(one)


def indented(text):
    return ''.join(('    ' + line).rstrip() + '\n' for line in text.splitlines())


class Files(unittest.TestCase):
    def test_the_report_in_the_readme_is_this_one(self):
        readme = re.sub(r'gpucheck \d\S* on', 'gpucheck VERSION on', read(os.path.join(SOURCE, 'README.md')))
        if 'gpucheck VERSION on ' + READY in readme:
            self.assertIn(indented(read(os.path.join(HERE, 'goldens', 'report-80.txt'))), readme)

    def test_each_golden_is_a_screen(self):
        self.assertEqual(sorted(os.listdir(os.path.join(HERE, 'goldens'))), sorted(name + '.txt' for name in SCREENS))


if __name__ == '__main__':
    unittest.main()
