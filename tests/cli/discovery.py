# SPDX-License-Identifier: GPL-2.0-or-later
"""The tests of a folder, one by one."""
import unittest


def tests_in(suite):
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from tests_in(one)
        else:
            yield one


def tests_of(folder):
    """All of its test_*.py, whatever they are gathered in."""
    return tests_in(unittest.TestLoader().discover(folder, 'test_*.py', folder))
