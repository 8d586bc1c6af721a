# SPDX-License-Identifier: GPL-2.0-or-later
"""What a hostile record may have in the place of a file or folder. Each way takes the root's folder and the place."""
import os
import socket
import stat

SHADOW = '/etc/shadow'
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
NASTY = (b'x\nok 1 - forged', b'\x1b[2J\x1b]0;forged\x07', b'\xff\xfe\xc0\xaf', b'x\r\nnot ok 2 - forged', b'\x7f\x9b31m',
         '\u202ex\u2028'.encode(), b'# SKIP forged', b'%s%n%d', b'..\\..', b'*', b' ', b'-rf', b'\n', b'$(forged)', b'x' * 255)


def write(place, content, times=1):
    with open(place, 'wb') as f:
        for _ in range(times):
            f.write(content)


def up_to_shadow(root, place):
    """As many .. as lead out of the root from there, and some more."""
    os.symlink('../' * (place.count('/') + 20) + SHADOW[1:], place)


def chain(root, place):
    """Thirty links, one behind another, the last one out."""
    for number in range(30):
        os.symlink('%s.link%d' % (os.path.basename(place), number + 1), place if number == 0 else '%s.link%d' % (place, number))
    up_to_shadow(root, place + '.link30')


def loop(root, place):
    os.symlink(os.path.basename(place) + '.back', place)
    os.symlink(os.path.basename(place), place + '.back')


def bound_socket(root, place):
    """An address of a socket is short: bound by way of the folder's descriptor."""
    folder = os.open(os.path.dirname(place), os.O_PATH)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind('/proc/self/fd/%d/%s' % (folder, os.path.basename(place)))
    os.close(folder)


def device(major, minor):
    return lambda root, place: os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(major, minor))


def sparse(root, place):
    with open(place, 'wb') as f:
        f.truncate(GIB)


def nasty_folder(root, place):
    os.mkdir(place)
    for name in NASTY:
        write(os.path.join(os.fsencode(place), name.replace(b'/', b'_')), name)


def deep(root, place):
    """Three hundred folders, each in the one before."""
    os.mkdir(place)
    here = os.open(place, os.O_RDONLY)
    for _ in range(300):
        os.mkdir('d', dir_fd=here)
        inner = os.open('d', os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)


def repeated(line, size=15 * MIB):
    return lambda root, place: write(place, line * (64 * KIB // len(line)), size // (64 * KIB))


WAYS = {
    'link-to-shadow': lambda root, place: os.symlink(SHADOW, place),
    'link-up-to-shadow': up_to_shadow,
    'link-to-root': lambda root, place: os.symlink('/', place),
    'chain-of-links': chain,
    'loop-of-links': loop,
    'fifo': lambda root, place: os.mkfifo(place),
    'socket': bound_socket,
    'dev-zero': device(1, 5),
    'dev-full': device(1, 7),
    'tty': device(5, 0),
    'folder': lambda root, place: os.mkdir(place),
    'nasty-folder': nasty_folder,
    'deep-folder': deep,
    'empty': lambda root, place: write(place, b''),
    'sparse-gib': sparse,
    'nuls': lambda root, place: write(place, bytes(64 * KIB)),
    'ones': lambda root, place: write(place, b'\xff' * 64 * KIB),
    'endless-line': lambda root, place: write(place, b'x' * MIB, 15),
    'endless-lines': repeated(b'\n'),
    'short-lines': repeated(b'a\n'),
    'short-words': repeated(b'a=b '),
    'one-mebibyte-of-lines': repeated(b'a\n', MIB - 64 * KIB),
    'one-mebibyte-of-words': repeated(b'a ', MIB - 64 * KIB),
    'json-bomb': lambda root, place: write(place, b'[' + b'{},' * (5 * MIB) + b'{}]'),
    'deep-json': repeated(b'['),
}
DEVICES = ('dev-zero', 'dev-full', 'tty')
