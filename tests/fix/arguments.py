# SPDX-License-Identifier: GPL-2.0-or-later
"""What a kernel makes of its arguments: written from its documents, and apart from gpucheck's own reading."""


def name_and_value(word):
    """- and _ are the same in a name (kernel/params.c, parameq)."""
    name, _, value = word.partition('=')
    return name.replace('-', '_'), value


def pieces(words, wanted):
    """All pieces of the comma lists of an argument, in order."""
    return [piece for name, value in map(name_and_value, words) if name == wanted for piece in value.split(',')]


def iommu_is_off(words, vendor):
    """Whether they turn it off, for a processor of 'intel' or 'amd'."""
    if any(piece.startswith('off') for piece in pieces(words, 'iommu')):
        return True
    if vendor == 'amd':
        return any(piece.startswith('off') for piece in pieces(words, 'amd_iommu'))
    last = [piece for piece in pieces(words, 'intel_iommu') if piece.startswith(('on', 'off'))][-1:]
    return last != [] and last[0].startswith('off')


def values(words, wanted):
    return [value for name, value in map(name_and_value, words) if name == wanted]
