# SPDX-License-Identifier: GPL-2.0-or-later
"""A folder of another user's that is full of traps, an environment that leads there, and who stepped into one.

A trap is a program that leaves a mark, or a file that somebody would load or heed. Whether one was looked at tells
strace: a path below the folder in any call is enough, whatever came of it.
"""
import os
import re
import subprocess

from calls import PLACE, QUOTED
from harness import environment

STRANGER = 54321  # a user id that no user of this machine has
PROGRAMS = '''sh bash env diff sed grep awk cat cp mv ls id uname mktemp rm chmod systemctl modprobe virsh ssh sudo python3
perl update-grub update-initramfs grub-mkconfig gpucheck gpucheck-libvirt gpucheck-definitions gpucheck-guest
gpucheck-initramfs virtqemud libvirtd lrzip lzop gzip xz zstd pkexec dbus-launch'''.split()
FILES = '''gpucheck.conf etc/gpucheck.conf libvirt/libvirt.conf .config/libvirt/libvirt.conf openssl.cnf rc .bashrc .profile
libvirt.so.0 libssh.so.4 libxml2.so.2 libpci.so.3 libc.so.6 pci.ids .pciids-cache hwdb.bin catalog.xml sys/bus proc/cmdline
var/lib/gpucheck/1/record.json locale/C.UTF-8/LC_CTYPE gconv-modules'''.split()

# %s is the folder. Who heeds it stands in the manual pages of glibc, dash and bash, libvirt, libxml2, OpenSSL,
# GnuTLS, libssh, kmod, systemd, Python and Perl; LD_ variables work before a program begins, so that here only counts
# that they are not handed on.
VARIABLES = {
    'PATH': '%s', 'HOME': '%s', 'TMPDIR': '%s', 'TEMP': '%s', 'SHELL': '%s/sh', 'IFS': '/', 'CDPATH': '%s',
    'BASH_ENV': '%s/rc', 'ENV': '%s/rc', 'PS4': '$(%s/sh)', 'SHELLOPTS': 'xtrace', 'BASH_FUNC_sed%%%%': '() { %s/sed; }',
    'PYTHONPATH': '%s', 'PYTHONSTARTUP': '%s/rc', 'PYTHONHOME': '%s', 'PERL5LIB': '%s', 'PERL5OPT': '-Mtrap',
    'GCONV_PATH': '%s', 'LOCPATH': '%s/locale', 'NLSPATH': '%s/%%N', 'LANGUAGE': '../..%s', 'MALLOC_TRACE': '%s/trace',
    'TZ': ':%s/zone', 'TZDIR': '%s', 'HOSTALIASES': '%s/hosts', 'RES_OPTIONS': 'debug', 'LOCALDOMAIN': 'example',
    'TERMINFO': '%s', 'TERMCAP': '%s/rc', 'EDITOR': '%s/sh', 'PAGER': '%s/sh', 'LESSOPEN': '|%s/sh',
    'XDG_CONFIG_HOME': '%s', 'XDG_CACHE_HOME': '%s', 'XDG_DATA_HOME': '%s', 'XDG_RUNTIME_DIR': '%s',
    'XDG_CONFIG_DIRS': '%s', 'XDG_DATA_DIRS': '%s',
    'LIBVIRT_DEFAULT_URI': 'test:///%s/node.xml', 'VIRSH_DEFAULT_CONNECT_URI': 'test:///%s', 'LIBVIRT_DRIVER_DIR': '%s',
    'LIBVIRT_LIBSSH_DIR': '%s', 'LIBVIRT_DEBUG': '1', 'LIBVIRT_LOG_OUTPUTS': '1:file:%s/log',
    'LIBVIRT_LOG_FILTERS': '1:*', 'LIBVIRT_DIR_OVERRIDE': '1', 'VIR_BRIDGE_NAME': '%s', 'LIBVIRT_AUTH_FILE': '%s/rc',
    'XML_CATALOG_FILES': '%s/catalog.xml', 'SGML_CATALOG_FILES': '%s/catalog.xml', 'XML_DEBUG_CATALOG': '1',
    'OPENSSL_CONF': '%s/openssl.cnf', 'OPENSSL_MODULES': '%s', 'OPENSSL_ENGINES': '%s', 'SSL_CERT_DIR': '%s',
    'SSL_CERT_FILE': '%s/rc', 'SSLKEYLOGFILE': '%s/keys', 'GNUTLS_SYSTEM_PRIORITY_FILE': '%s/rc',
    'GNUTLS_DEBUG_LEVEL': '9', 'P11_KIT_STRICT': '1', 'NETRC': '%s/rc', 'KRB5_CONFIG': '%s/rc', 'KRB5CCNAME': '%s/rc',
    'SSH_ASKPASS': '%s/sh', 'SSH_ASKPASS_REQUIRE': 'force', 'DISPLAY': ':0', 'SSH_SK_HELPER': '%s/sh',
    'GSS_MECH_CONFIG': '%s/rc', 'MODPROBE_OPTIONS': '-C %s', 'UDEV_HWDB_BIN': '%s/hwdb.bin',
    'SYSTEMD_HWDB_BIN': '%s/hwdb.bin', 'SYSTEMD_LOG_TARGET': 'console', 'SYSTEMD_UNIT_PATH': '%s', 'SYSTEMD_PAGER': '%s/sh',
    'DBUS_SYSTEM_BUS_ADDRESS': 'unix:path=%s/bus', 'DBUS_SESSION_BUS_ADDRESS': 'unix:path=%s/bus',
    'GRUB_CMDLINE_LINUX': 'init=%s/sh', 'grub_cfg': '%s/rc', 'DPKG_ADMINDIR': '%s', 'DPKG_ROOT': '%s', 'DESTDIR': '%s',
    'SUDO_USER': 'stranger', 'SUDO_COMMAND': '%s/sh', 'USER': 'stranger', 'LOGNAME': 'stranger', 'MAIL': '%s',
    'GPUCHECK_LIBEXECDIR': '%s', 'GPUCHECK_CONFIG': '%s/gpucheck.conf', 'GPUCHECK': '%s/gpucheck', 'LD_BIND_NOW': '1',
}
# What may be handed on: how a report looks, whose keys count, and what the tests of sanitizers need.
HANDED_ON = {'PATH', 'HOME', 'COLUMNS', 'LANG', 'LC_ALL', 'LC_CTYPE', 'NO_COLOR', 'SOURCE_DATE_EPOCH', 'SSH_AUTH_SOCK',
             'SUDO_UID', 'TERM', 'XDG_RUNTIME_DIR', 'ASAN_OPTIONS', 'UBSAN_OPTIONS'}
ROOTS_OWN = {'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'}

LINE = re.compile(r'^(\d+) +(?:<[.]{3} \w+ resumed>)?(.*?)(<unfinished [.]{3}>)?$')
CALL = re.compile(r'(\w+)\((.*)$')


class Traps:
    def __init__(self, folder):
        self.folder = os.path.join(folder, 'traps')
        self.mark = os.path.join(folder, 'stepped')
        os.mkdir(self.folder)
        for name in PROGRAMS:
            self.write(name, '#!/bin/sh\necho "$0 $*" >>%s\n' % self.mark, 0o755)
        for name in FILES:
            self.write(name, 'strict = trap\n')
        self.write('.ssh/config', 'Host *\n ProxyCommand %s/ssh\nMatch exec "%s/sh"\n' % (self.folder, self.folder))
        for place, folders, files in os.walk(self.folder):
            for path in [place, *(os.path.join(place, name) for name in folders + files)]:
                if not os.geteuid():
                    os.lchown(path, STRANGER, STRANGER)

    def write(self, name, content, mode=0o644):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(content)
        os.chmod(path, mode)

    def variables(self):
        return {name.replace('%%', '%'): value.replace('%s', self.folder).replace('%%', '%')
                for name, value in VARIABLES.items()}

    def marks(self):
        if not os.path.exists(self.mark):
            return []
        with open(self.mark, encoding='utf-8') as f:
            return f.read().splitlines()


class Trace:
    """What a command and all it starts look at, by strace, which sets the environment for it alone."""

    def __init__(self, log, variables):
        self.log = log
        given = {**environment(), 'ASAN_OPTIONS': 'detect_leaks=0', **variables}
        self.prefix = ['strace', '-f', '-y', '-v', '-s', '65536', '-o', log, '-e', 'trace=%file',
                       *(word for item in given.items() for word in ('-E', '%s=%s' % item))]

    def calls(self):
        """(name, the rest) of each; where two processes were in a call at once, strace cuts both lines in two."""
        begun, calls = {}, []
        with open(self.log, encoding='utf-8', errors='replace') as f:
            for process, part, cut in (found.groups() for found in map(LINE.match, f) if found):
                begun[process] = begun.get(process, '') + part
                found = None if cut else CALL.match(begun.pop(process))
                if found:
                    calls.append(found.groups())
        return calls

    def executed(self):
        """(path, names and values of its environment) of every program but the first, which has what it was given."""
        found = []
        for name, rest in self.calls():
            if name in ('execve', 'execveat') and ' = 0' in rest:
                path, *words = [text.encode().decode('unicode_escape') for text in QUOTED.findall(rest)]
                variables = rest[rest.index('], [') + 4:] if '], [' in rest else ''
                found.append((path, [text.encode().decode('unicode_escape') for text in QUOTED.findall(variables)]))
        return found[1:]

    def looked_at(self, folder):
        """Paths below a folder that any call names."""
        found = set()
        for name, rest in self.calls():
            # Of a program its path, not its arguments; of other calls not what they gave.
            rest = rest.partition('", [')[0] + '"' if name in ('execve', 'execveat') else rest.rpartition(' = ')[0]
            base = ''
            for part in re.finditer('%s|%s' % (PLACE.pattern, QUOTED.pattern), rest):
                if part[1] is not None:
                    base = part[1]
                    continue
                path = os.path.normpath(os.path.join(base, part[2]))
                if (path + '/').startswith(folder + '/') and name not in ('getcwd', 'chdir'):
                    found.add('%s %s' % (name, path))
        return sorted(found)


def chowned(path, user=STRANGER):
    os.lchown(path, user, user)
    return path


def no_strace():
    done = subprocess.run(['strace', '-o', '/dev/null', 'true'], capture_output=True, text=True, check=False)
    return (done.stderr.strip() or 'strace fails') if done.returncode else ''
