#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of the card that should hold one number and hold something else: never green, and the file is named."""
import unittest

from harness import CARD, CommandLine, DEVICES

# The default choice of a card looks at sriov_numvfs; who names a card gets that one.
NAMED = {'class': ('--gpu', CARD), 'vendor': ('--gpu', CARD), 'device': ('--gpu', CARD), 'boot_vga': ('--gpu', CARD),
         'boot_display': ('--gpu', CARD), 'sriov_numvfs': ()}


class BadNumbers(CommandLine):
    def spoil(self, content):
        root = self.root()
        for file, arguments in NAMED.items():
            path = '%s/%s/%s' % (DEVICES, CARD, file)
            before = self.read(root, path)
            root.write(path, content)
            for named in {arguments, ()}:
                with self.subTest(file=file, arguments=named):
                    self.assertNamed('/' + path, root, *named)
            root.clear(path)
            if before is not None:
                root.write(path, before)

    @staticmethod
    def read(root, path):
        try:
            with open(root.at(path), 'rb') as f:
                return f.read()
        except FileNotFoundError:
            return None

    def test_empty(self):
        self.spoil('')

    def test_newline_only(self):
        self.spoil('\n')

    def test_garbage(self):
        self.spoil('garbage\n')

    def test_bytes_that_are_no_text(self):
        self.spoil(bytes(range(128, 256)))

    def test_negative(self):
        self.spoil('-1\n')

    def test_sign(self):
        self.spoil('+1\n')

    def test_blank_before(self):
        self.spoil(' 1\n')

    def test_word_behind(self):
        self.spoil('0x030000 0\n')

    def test_second_line(self):
        self.spoil('1\n1\n')

    def test_nul_byte(self):
        self.spoil(b'1\0\n')

    def test_nul_bytes_only(self):
        self.spoil(b'\0' * 8)

    def test_prefix_only(self):
        self.spoil('0x\n')

    def test_more_than_64_bits(self):
        self.spoil('0x10000000000000001\n')

    def test_more_than_the_field_holds(self):
        self.spoil('0x1000000\n')

    def test_one_mebibyte(self):
        self.spoil('1' * (1 << 20))


if __name__ == '__main__':
    unittest.main()
