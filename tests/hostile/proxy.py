# SPDX-License-Identifier: GPL-2.0-or-later
"""What may happen to the bytes between gpucheck's libssh and a guest's sshd: a deed at a point of what sshd says.

A point is a number of bytes that sshd has sent. Until the keys are changed packets are in clear, later they are not: the
steps of the protocol are the ends of sshd's turns, told by an undisturbed conversation.
"""
import contextlib
import random
import select
import socket
import struct
import time

from guests import Server

BLOCK = 65536


def stall(peer, _data):
    """Nothing more, and no end."""
    while peer.caller.recv(BLOCK):
        pass


def close(_peer, _data):
    pass


def reset(peer, _data):
    peer.caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def flood(peer, _data):
    noise = random.Random(1).randbytes(BLOCK)
    while True:
        peer.caller.sendall(noise)


def zeros(peer, _data):
    while True:
        peer.caller.sendall(bytes(BLOCK))


def flip(peer, data):
    """One byte is another one."""
    peer.caller.sendall(bytes([data[0] ^ 0x55]) + data[1:])
    peer.pump()


def insert(peer, data):
    """Some bytes come between."""
    peer.caller.sendall(random.Random(2).randbytes(300) + data)
    peer.pump()


def repeat(peer, data):
    """What was said is said again."""
    peer.caller.sendall(peer.said + data)
    peer.pump()


def lose(peer, data):
    """Some bytes do not come."""
    peer.caller.sendall(data[16:])
    peer.pump()


def drip(peer, data):
    """From here on a byte a second."""
    while data:
        for byte in data:
            peer.caller.sendall(bytes([byte]))
            time.sleep(1)
        data = peer.sshd.recv(BLOCK)


def deafen(peer, data):
    """sshd is heard, and hears nothing more."""
    peer.caller.sendall(data)
    while True:
        data = peer.sshd.recv(BLOCK)
        if not data:
            stall(peer, data)
            return
        peer.caller.sendall(data)


DEEDS = {deed.__name__: deed for deed in (stall, close, reset, flood, zeros, flip, insert, repeat, lose, drip, deafen)}


class Conversation:
    """One caller and the sshd behind. turns: how many bytes sshd had sent each time it began to wait for an answer."""

    def __init__(self, caller, sshd, deed, point):
        self.caller, self.sshd, self.deed, self.point = caller, sshd, deed, point
        self.said = b''
        self.turns = [0]

    def pump(self):
        """Pass on what either says until one ends, or the point is reached."""
        while True:
            for one in select.select([self.caller, self.sshd], [], [])[0]:
                data = one.recv(BLOCK)
                if not data:
                    return
                if one is self.caller:
                    if self.turns[-1] != len(self.said):
                        self.turns.append(len(self.said))
                    self.sshd.sendall(data)
                elif self.take(data):
                    return

    def take(self, data):
        """What sshd says; true when the deed was done."""
        left = None if self.deed is None else self.point - len(self.said)
        if left is None or len(data) <= left:
            self.said += data
            self.caller.sendall(data)
            return False
        self.said += data[:left]
        self.caller.sendall(data[:left])
        deed, self.deed = self.deed, None
        deed(self, data[left:])
        return True


class Between(Server):
    """Listens where the caller looks for the guest."""

    def __init__(self, guest, deed=None, point=0):
        self.guest, self.deed, self.point = guest, deed, point
        self.last = None
        super().__init__(self.pass_on)

    def pass_on(self, caller):
        with socket.create_connection(('127.0.0.1', self.guest.port)) as sshd:
            self.last = Conversation(caller, sshd, self.deed, self.point)
            with contextlib.suppress(OSError):
                self.last.pump()
