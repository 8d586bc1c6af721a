# SPDX-License-Identifier: GPL-2.0-or-later
"""No line is wider than the terminal, whatever the host and the screen; and in the C locale all of it is ASCII."""
import os
import re
import subprocess
import tempfile
import unittest

from harness import FIXTURES, arguments_of, built_root, gpucheck
from shown import HERE, columns, host_root, on_terminal, piped

WIDTHS = (40, 80, 100, 120)
SCREENS = (['-v'], ['--topology', '-v'], ['--fix', '--dry-run'])
OWN = sorted(os.listdir(os.path.join(HERE, 'hosts')))
SEQUENCE = re.compile(r'\x1b\[[0-9;]*[mK]')


def hosts():
    return OWN + sorted(name for name in os.listdir(FIXTURES)
                        if os.path.isdir(os.path.join(FIXTURES, name)) and name not in ('mkroot', '__pycache__'))


def cut(text):
    """Lines whose end is left out; a name within the table is another matter."""
    return [line for line in text.splitlines() if line.endswith(b'...')]


def checks():
    listed = subprocess.run([gpucheck(), '--list'], capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in listed.splitlines()[1:]]


class Width(unittest.TestCase):
    def assertNoWider(self, width, said, what):
        for line in SEQUENCE.sub('', said.decode()).split('\n'):
            self.assertLessEqual(columns(line.split('\r')[-1]), width, '%s at %d columns: %r' % (what, width, line))

    def each_screen(self, name):
        root = host_root(name, built_root)
        for words in SCREENS:
            more = arguments_of(name) if name not in OWN else []
            yield ['--root', root, *(one for one in more if one != '--strict'), *words]

    def some(self, part, parts=4):
        for name in hosts()[part::parts]:
            for words in self.each_screen(name):
                for width in WIDTHS:
                    with self.subTest(host=name, width=width, words=words[2:]):
                        self.assertNoWider(width, on_terminal(width, *words, TERM='xterm'), words)

    # A quarter each, so that they run side by side.
    def test_recorded_hosts_1(self):
        self.some(0)

    def test_recorded_hosts_2(self):
        self.some(1)

    def test_recorded_hosts_3(self):
        self.some(2)

    def test_recorded_hosts_4(self):
        self.some(3)

    def test_fleet(self):
        """The hosts' reports merged; where there is no terminal, reasons are told to the end."""
        files = []
        with tempfile.TemporaryDirectory() as folder:
            for name in hosts()[::5]:
                files.append(os.path.join(folder, name))
                piped('--root', host_root(name, built_root), '--format', 'json', '--output', files[-1])
            for options in ([], ['-v'], ['-q']):
                for width in WIDTHS:
                    said = on_terminal(width, '--merge', *options, *files, TERM='xterm')
                    self.assertNoWider(width, said, options)
            self.assertTrue(cut(on_terminal(80, '--merge', *files, TERM='xterm')))
            self.assertFalse(cut(piped('--merge', '--format', 'text', *files)[0]))

    def test_pages(self):
        for width in (*WIDTHS, 500):
            for words in (['--list'], ['--help'], ['--explain', *checks()]):
                with self.subTest(width=width, words=words[:2]):
                    self.assertNoWider(width, on_terminal(width, *words, TERM='xterm'), words)

    def test_messages(self):
        root = host_root('names-of-all-scripts', built_root)
        for width in WIDTHS:
            for words in (['--through', 'x' * 300], ['--root', '/nonexistent/' + 'folder/' * 40], ['-m', '漢' * 90],
                          ['iommu.isolatd'], ['--gpu', '0000:07:00.0']):
                with self.subTest(width=width, words=words):
                    place = [] if '--root' in words else ['--root', root]
                    self.assertNoWider(width, on_terminal(width, *place, *words), words)

    def test_running_text_ends_before_a_wide_screen_does(self):
        said = on_terminal(200, '--root', host_root('rtx3060-ready', built_root))
        self.assertLessEqual(max(map(len, said.decode().split('\n'))), 100)
        self.assertGreater(max(map(len, said.decode().split('\n'))), 90)

    def test_a_screen_below_40_columns_has_40(self):
        root = host_root('rtx3060-ready', built_root)
        self.assertEqual(on_terminal(10, '--root', root), on_terminal(40, '--root', root))


class Piped(unittest.TestCase):
    def setUp(self):
        self.root = host_root('rtx3060-vtd-off-by-argument', built_root)

    def text(self, *words, **env):
        return piped('--root', self.root, '--format', 'text', *words, **env)[0].decode()

    def test_80_columns_and_no_color(self):
        text = self.text(TERM='xterm')
        self.assertLessEqual(max(map(columns, text.split('\n'))), 80)
        self.assertNotIn('\x1b', text)

    def test_columns_of_the_environment(self):
        for value, width in (('60', 60), ('1', 40), ('100', 100), ('300', 100), ('0', 80), ('x', 80), ('', 80)):
            with self.subTest(value=value):
                widest = max(map(columns, self.text(COLUMNS=value).split('\n')))
                self.assertLessEqual(widest, width)
                self.assertGreater(widest, width - 20)

    def test_a_terminal_knows_better_than_the_environment(self):
        said = on_terminal(80, '--root', self.root, COLUMNS='40')
        self.assertEqual(said, on_terminal(80, '--root', self.root))

    def test_tap_unless_asked(self):
        self.assertTrue(piped('--root', self.root)[0].startswith(b'TAP version 13\n'))

    def test_a_plan_stays_whole(self):
        plan = piped('--root', self.root, '--fix', '--dry-run', 'iommu.cmdline')[0].decode()
        self.assertNotIn('\n    > ', plan)
        self.assertGreater(max(map(len, plan.split('\n'))), 80)
        self.assertIn('\n    > ', on_terminal(80, '--root', self.root, '--fix', '--dry-run', 'iommu.cmdline').decode())

    def test_a_check_a_line_in_the_list(self):
        listed = piped('--list')[0].decode().splitlines()
        self.assertEqual([line.split()[0] for line in listed[1:]], checks())


class Color(unittest.TestCase):
    def setUp(self):
        self.words = ('--root', host_root('rtx3060-vtd-off-by-argument', built_root))

    def test_on_an_able_terminal(self):
        self.assertIn(b'\x1b[1;31mFAIL \x1b[0m', on_terminal(80, *self.words, TERM='xterm'))

    def test_none_where_it_is_not_wanted(self):
        for env in ({'TERM': 'dumb'}, {}, {'TERM': 'xterm', 'NO_COLOR': '1'}):
            with self.subTest(env=env):
                self.assertNotIn(b'\x1b', on_terminal(80, *self.words, **env))
        self.assertNotIn(b'\x1b', on_terminal(80, *self.words, '--color=never', TERM='xterm'))

    def test_empty_no_color_says_nothing(self):
        self.assertIn(b'\x1b', on_terminal(80, *self.words, TERM='xterm', NO_COLOR=''))

    def test_asked_for(self):
        self.assertIn(b'\x1b', piped(*self.words, '-f', 'text', '--color=always')[0])
        self.assertIn(b'\x1b', on_terminal(80, *self.words, '--color', TERM='dumb', NO_COLOR='1'))

    def test_colors_change_no_letter(self):
        for words in ([], ['--topology'], ['--fix', '--dry-run'], ['--explain', 'driver.vfio']):
            colored = on_terminal(80, *self.words, *words, '--color=always')
            self.assertEqual(SEQUENCE.sub('', colored.decode()), on_terminal(80, *self.words, *words).decode())


class Locale(unittest.TestCase):
    def screens(self):
        for name in ('names-of-all-scripts', 'b550m-card-behind-the-chipset', 'rtx3060-vtd-off-by-argument'):
            for words in SCREENS:
                yield ['--root', host_root(name, built_root), *words]
        yield ['--explain', *checks()]
        yield ['--help']
        yield ['--vm', '漢字', '--root', host_root('names-of-all-scripts', built_root)]

    def test_ascii_where_the_locale_has_no_more(self):
        for env in ({'LC_ALL': 'C'}, {'LC_ALL': 'POSIX'}, {'LC_ALL': '', 'LANG': '', 'LC_CTYPE': 'C'},
                    {'LC_ALL': 'de_DE.of-nowhere'}):
            for words in self.screens():
                with self.subTest(env=env, words=words[2:]):
                    said = on_terminal(80, *words, TERM='xterm', **env) + b''.join(piped(*words, '-f', 'text', **env))
                    self.assertTrue(said.isascii(), [line for line in said.split(b'\n') if not line.isascii()])

    def test_letters_where_it_has_them(self):
        report = piped('--root', host_root('names-of-all-scripts', built_root), '-f', 'text')[0].decode()
        for word in ('GeForce™', '漢字', 'müller-漢字-😀'):
            self.assertIn(word, report)

    def test_a_name_does_not_turn_into_another(self):
        report = piped('--root', host_root('names-of-all-scripts', built_root), '-f', 'text', LC_ALL='C')[0].decode()
        self.assertIn('GeForce(TM)', report)
        self.assertIn('m\\xc3\\xbcller', report)
        self.assertNotIn('muller', report)

    def test_formats_for_programs_know_no_locale(self):
        root = host_root('names-of-all-scripts', built_root)
        for form in ('tap', 'json'):
            self.assertEqual(piped('--root', root, '-f', form, LC_ALL='C'), piped('--root', root, '-f', form))


if __name__ == '__main__':
    unittest.main()
