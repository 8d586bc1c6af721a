# SPDX-License-Identifier: GPL-2.0-or-later
"""A socket between gpucheck and libvirtd, on which after so many messages something happens.

libvirt's messages begin with their length, four bytes, the most significant first (libvirt's docs/kbase/internals/rpc).
"""
import contextlib
import os
import socket
import struct
import threading


class Proxy:
    """Passes messages on both ways, counted together; once there were so many, happen() decides what follows.

    happen(proxy) is called once, in place of passing that message on; afterwards nothing passes on connections that are
    there, and new ones reach libvirtd as before.
    """

    def __init__(self, folder, libvirtd, after=None, happen=None):
        self.path = os.path.join(folder, 'proxy-sock')
        self.uri = 'qemu+unix:///session?socket=' + self.path
        self.libvirtd, self.after, self.happen = libvirtd, after, happen
        self.messages, self.happened = 0, False
        self.lock, self.ends = threading.Lock(), []

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        with contextlib.suppress(OSError):
            os.unlink(self.path)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o777)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()

    def cut(self):
        """Both ends of all connections are closed."""
        for end in self.ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                caller = self.listener.accept()[0]
                daemon = socket.socket(socket.AF_UNIX)
                try:
                    daemon.connect(self.libvirtd)
                except OSError:
                    caller.close()
                    continue
                self.ends += [caller, daemon]
                for one, other in ((caller, daemon), (daemon, caller)):
                    threading.Thread(target=self.pass_on, args=(one, other), daemon=True).start()

    def pass_on(self, source, target):
        with contextlib.suppress(OSError, struct.error):
            while True:
                head = source.recv(4, socket.MSG_WAITALL)
                length, = struct.unpack('>I', head)
                message = head + source.recv(length - 4, socket.MSG_WAITALL)
                if self.is_due():
                    self.happen(self, target, message)
                    return
                if self.happened:
                    return
                target.sendall(message)
        with contextlib.suppress(OSError):
            if not self.happened:
                target.shutdown(socket.SHUT_RDWR)

    def is_due(self):
        with self.lock:
            self.messages += 1
            due = self.happen and not self.happened and self.messages > self.after
            self.happened |= bool(due)
        return due


def reset(proxy, _target, _message):
    proxy.cut()


def half(proxy, target, message):
    """Of this message only one half arrives."""
    target.sendall(message[:len(message) // 2])
    proxy.cut()


def hang(_proxy, _target, _message):
    """Nothing more is said, and nothing is closed."""
