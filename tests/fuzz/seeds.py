#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Inputs for the fuzz targets, taken from the recorded hosts: DIR/TARGET/, a file an input.

    tests/fuzz/seeds.py DIR
"""
import hashlib
import os
import pathlib
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

TESTS = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = TESTS.parent / 'fixtures'
sys.path[:0] = [str(FIXTURES), str(TESTS / 'fix'), str(TESTS / 'fuzz')]

from mkroot import root  # noqa: E402
import grub_forms  # noqa: E402
import written_seeds  # noqa: E402

# Where files cost least; elsewhere it takes ten times as long.
MEMORY = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
DEVICES = 'sys/devices/**/'
MODALIAS = b'pci:v000010DEd00002504sv00001462sd0000397Dbc03sc00i00'
WANTED = range(5)  # sets of words in wanted_words.c
# What of a host's files is an input as it is.
FILES = {
    'kernel_arguments': ['proc/cmdline', 'etc/kernel/cmdline'],
    'iommu_arguments': ['proc/cmdline', 'etc/kernel/cmdline'],
    'grub_condition': ['boot/grub/grub.cfg'],
    'udev_rules': ['etc/udev/rules.d/*.rules'],
    'xorg': ['etc/X11/**/*.conf'],
    'reserved_regions': ['sys/kernel/iommu_groups/*/reserved_regions'],
    'pci_resource': [DEVICES + 'resource'],
    'pci_config': [DEVICES + 'config'],
    'iomem': ['proc/iomem'],
    'interrupts': ['proc/interrupts'],
    'processor': ['proc/cpuinfo'],
    'meminfo': ['proc/meminfo', 'sys/devices/system/node/*/meminfo'],
    'domain_read': ['etc/libvirt/qemu/*.xml', 'run/libvirt/qemu/*.xml'],
    'guest_answer': ['gpucheck/guests/*.json'],
    'initramfs_answer': ['gpucheck/initramfs/*.json'],
    'configuration': ['etc/gpucheck.conf'],
    'qemu_log': ['var/log/libvirt/qemu/*.log'],
    'short_texts': [DEVICES + 'reset_method', 'proc/sys/kernel/osrelease',
                    'sys/devices/virtual/iommu/*/intel-iommu/cap'],
}
# What --record scrubs.
SCRUBBED = ['proc/cmdline', 'boot/grub/grub.cfg', 'etc/default/grub', 'etc/modprobe.d/*.conf', 'etc/udev/rules.d/*.rules',
            '**/loader/entries/*.conf', 'etc/libvirt/qemu/*.xml', 'run/libvirt/qemu/*.xml', 'var/log/libvirt/qemu/*.log',
            'gpucheck/guests/*.json']
SCRUBBED_BYTES = 256  # on either side of a secret


def texts(folder, *patterns):
    """The bytes of each file that a pattern fits."""
    for pattern in patterns:
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and not path.is_symlink():
                yield path.read_bytes()


def first(folder, pattern, other=b''):
    return next(texts(folder, pattern), other)


def around_a_secret(text):
    """For the target scrub: which secret it is, and where it stands in the text, depends on the text alone."""
    choice = hashlib.sha1(text).digest()
    middle = int.from_bytes(choice[3:7], 'big') % (len(text) + 1)
    return (choice[:3] + text[max(0, middle - SCRUBBED_BYTES):middle].replace(b'\0', b'') + b'\0'
            + text[middle:middle + SCRUBBED_BYTES])


def of_host(folder):
    """(target, input) of one host: those of several pieces have a NUL between these."""
    for target, patterns in FILES.items():
        for text in texts(folder, *patterns):
            yield target, text
    command_line = first(folder, 'proc/cmdline')
    for choice in WANTED:
        yield 'kernel_line', bytes([choice]) + command_line
    for text in texts(folder, 'boot/grub/grub.cfg'):
        environment = first(folder, 'boot/grub/grubenv', None)
        yield 'grub_cfg', text if environment is None else text + b'\0' + environment
    for text in texts(folder, '**/loader/entries/*.conf'):
        names = b'\n'.join(path.name.encode() for path in folder.glob('**/loader/entries/*.conf'))
        yield 'loader_entry', b'\0'.join([text, first(folder, '**/loader/loader.conf'), names])
    for text in texts(folder, 'etc/modprobe.d/*.conf', 'lib/modprobe.d/*.conf'):
        yield 'modprobe', text + b'\0' + command_line
    for text in texts(folder, 'lib/modules/*/modules.*'):
        yield 'module_index', b'vfio_pci\0' + MODALIAS + b'\0' + text
    for text in texts(folder, DEVICES + 'modalias'):
        yield 'pci_identity', text.rstrip(b'\n') + b'\0' + b'0000:01:00.0\0' + b'10de:2504'
    for text in texts(folder, 'etc/libvirt/qemu/*.xml', 'run/libvirt/qemu/*.xml'):
        yield 'domain_edit', b'0000:01:00.0\n0000:01:00.1-\n\0' + text
        yield 'domain_drop', b'0000:01:00.0\0' + text
        yield 'domain_widen', b'\x27' + text
    for text in texts(folder, 'gpucheck/holders.json'):
        yield 'holders', b'0000:01:00.0\0' + text
    for text in texts(folder, 'var/lib/dpkg/status'):
        yield 'dpkg_status', b'ovmf\0' + text
    for text in texts(folder, *SCRUBBED):
        yield 'scrub', around_a_secret(text)
    for text in texts(folder, 'etc/default/grub', 'etc/modprobe.d/*.conf'):
        yield 'diff', text + b'\0' + text + b'# one more\n'


def of_hosts():
    for fixture in sorted(path for path in FIXTURES.iterdir() if (path / 'expected.status').exists()):
        if (fixture / 'root').is_dir():
            yield from of_host(fixture / 'root')
            continue
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            root.build(str(fixture / 'host'), folder + '/root')
            yield from of_host(pathlib.Path(folder) / 'root')


def of_reports():
    """The goldens: reports to read back, and the texts in them to print again."""
    # The long ones say no more than the short ones, and take their time.
    for golden in sorted(FIXTURES.glob('*/expected.json'), key=lambda path: path.stat().st_size)[:24]:
        yield 'report_read', golden.read_bytes()
    for golden in sorted(FIXTURES.glob('*/expected.tap')):
        for line in golden.read_bytes().splitlines()[:6]:
            yield 'escape', b'P' + line
            yield 'report', line[:9] + b'\0' + line.replace(b' ', b'\0')


def of_grub_forms():
    for text in grub_forms.FORMS.values():
        yield 'kernel_line', b'\0' + text.split('"')[1].encode() if '"' in text else b'\0'
        yield 'grub_condition', text.encode()


def write(folder):
    if folder.exists():
        shutil.rmtree(folder)
    for source in (of_hosts(), of_reports(), of_grub_forms(), written_seeds.all_of_them()):
        for target, content in source:
            path = folder / target / hashlib.sha1(content).hexdigest()[:16]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def sources():
    """What the inputs are made of."""
    yield from FIXTURES.rglob('*')
    yield from (TESTS / 'fuzz').glob('*seeds.py')
    yield TESTS / 'fix/grub_forms.py'


def bring_up_to_date(folder):
    """Write them anew unless they are there and younger than what they are made of."""
    stamp = folder / 'written'
    made = stamp.stat().st_mtime if stamp.exists() else 0
    if all(path.lstat().st_mtime < made for path in sources() if '__pycache__' not in path.parts):
        return
    write(folder)
    stamp.touch()


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(pathlib.Path(sys.argv[1]))
