# SPDX-License-Identifier: GPL-2.0-or-later
"""Peers that are no sshd: what they say in clear is made by hand, what they say behind the keys by paramiko's server."""
import os
import struct
import threading
import time

import keys
import paramiko

BANNER = b'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'
MSG_DISCONNECT, MSG_IGNORE, MSG_DEBUG, MSG_KEXINIT, MSG_BANNER = 1, 2, 4, 20, 53
LISTS = ('curve25519-sha256', 'ssh-ed25519', *['aes256-ctr'] * 2, *['hmac-sha2-256'] * 2, *['none'] * 2, '', '')
ESCAPES = b'\x1b[2J\nok 1 - forged\n\xff'


def packet(payload):
    padding = 8 - (len(payload) + 5) % 8 + 8
    return struct.pack('>IB', len(payload) + padding + 1, padding) + payload + bytes(padding)


def string(text):
    text = text if isinstance(text, bytes) else text.encode()
    return struct.pack('>I', len(text)) + text


def kexinit(lists=LISTS):
    return packet(bytes([MSG_KEXINIT]) + bytes(16) + b''.join(map(string, lists)) + bytes(5))


def says(*parts):
    """Say these, then nothing, and do not end."""
    def answer(connection):
        for part in parts:
            connection.sendall(part)
        while connection.recv(65536):
            pass
    return answer


def floods(first, again, pause=0):
    def answer(connection):
        connection.sendall(first)
        while True:
            connection.sendall(again)
            time.sleep(pause)
    return answer


RAW = {
    'lines before the banner': floods(b'', b'hello\r\n' * 1000),
    'a line before the banner each second': floods(b'', b'hello\r\n', 1),
    'escapes before the banner': says(b'\x1b[2Jok 1 - forged\r\n' * 5 + BANNER),
    'a mebibyte without newline': says(b'x' * (1 << 20)),
    'a banner of a mebibyte': says(b'SSH-2.0-' + b'x' * (1 << 20) + b'\r\n'),
    'nuls for a banner': says(bytes(4096)),
    'banner 1.99 and silence': says(b'SSH-1.99-x\r\n'),
    'two banners': says(BANNER * 2),
    'a packet of 2^32-1 bytes': floods(BANNER + b'\xff\xff\xff\xff', b'\xff' * 65536),
    'a packet of 2^31-1 bytes': floods(BANNER + b'\x7f\xff\xff\xff', b'\x01' * 65536),
    'a packet of no bytes': says(BANNER + bytes(4) + bytes(64)),
    'a packet of padding': says(BANNER + struct.pack('>IB', 12, 255) + bytes(64)),
    'packets that say nothing': floods(BANNER + kexinit(), packet(bytes([MSG_IGNORE]) + string(b'x' * 30000))),
    'a packet that says nothing each second': floods(BANNER + kexinit(), packet(bytes([MSG_IGNORE]) + string(b'x')), 1),
    'debug messages': floods(BANNER + kexinit(), packet(bytes([MSG_DEBUG, 1]) + string(ESCAPES) + string(''))),
    'key exchanges without end': floods(BANNER, kexinit()),
    'lists of 200 kilobytes': says(BANNER + kexinit(['a,' * 10000] * 10)),
    'a list longer than its packet': says(BANNER + packet(bytes([MSG_KEXINIT]) + bytes(16) + b'\xff\xff\xff\xff')),
    'nothing in common': says(BANNER + kexinit(['x'] * 10)),
    'a reply before it is asked': says(BANNER + kexinit() + packet(bytes([31]) + string(b'x' * 51) + string(b'y') + string('z'))),
    'new keys at once': says(BANNER + kexinit() + packet(bytes([21])) * 5),
    'a farewell with escapes': says(BANNER + packet(struct.pack('>BI', MSG_DISCONNECT, 2) + string(ESCAPES) + string(''))),
    'numbers that are no messages': floods(BANNER + kexinit(), packet(bytes([255]) * 100)),
}


class Liar(paramiko.ServerInterface):
    """Lets anybody in and runs nothing. say: what it says instead of an answer, by the channel."""

    def __init__(self, say, **told):
        self.say, self.told = say, told
        self.asked = threading.Event()

    def get_allowed_auths(self, username):
        return self.told.get('methods', 'publickey')

    def check_auth_none(self, username):
        return self.told.get('none', paramiko.AUTH_FAILED)

    def check_auth_publickey(self, username, key):
        return self.told.get('key', paramiko.AUTH_SUCCESSFUL)

    def check_auth_interactive(self, username, submethods):
        return paramiko.InteractiveQuery('again', ESCAPES.decode('latin-1'), ('password', False))

    def check_auth_interactive_response(self, responses):
        return paramiko.InteractiveQuery('again', '', ('password', False))

    def check_channel_request(self, kind, chanid):
        return self.told.get('channel', paramiko.OPEN_SUCCEEDED)

    def check_channel_exec_request(self, channel, command):
        if self.say is None:
            return False
        threading.Thread(target=self.run, args=(channel,), daemon=True).start()
        return True

    def run(self, channel):
        try:
            self.say(channel)
        except (OSError, EOFError, paramiko.SSHException):
            pass


def serves(say, hostkey='host', meanwhile=None, **told):
    """An answer for guests.Server."""
    def answer(connection):
        transport = paramiko.Transport(connection)
        transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(keys.key(hostkey)))
        try:
            transport.start_server(event=threading.Event(), server=Liar(say, **told))
            if meanwhile:
                meanwhile(transport)
            transport.join(100)
        except (OSError, EOFError, paramiko.SSHException):
            pass
        finally:
            transport.close()
    return answer


def nothing(channel):
    time.sleep(100)


def endless(channel):
    while True:
        channel.sendall(b'x' * 32768)


def endless_errors(channel):
    while True:
        channel.sendall_stderr(b'x' * 32768)


def ends_without_status(channel):
    channel.sendall(b'gpucheck-guest-1\n')
    channel.close()


def ends_by_signal(channel):
    message = paramiko.Message()
    message.add_byte(bytes([98]))
    message.add_int(channel.remote_chanid)
    message.add_string('exit-signal')
    message.add_boolean(False)
    for text in ('KILL\x1b[2J', ):
        message.add_string(text)
    message.add_boolean(True)
    message.add_string('ok 1 - forged\n')
    message.add_string('')
    channel.transport._send_user_message(message)
    channel.close()


def status_and_silence(channel):
    channel.send_exit_status(0)
    time.sleep(100)


def binary(channel):
    channel.sendall(b'gpucheck-guest-1\n' + os.urandom(100000))
    channel.send_exit_status(0)
    channel.close()


def new_keys_again(transport):
    while transport.is_active():
        time.sleep(0.2)
        if transport.is_authenticated():
            transport.renegotiate_keys()


def banners(transport):
    """SSH_MSG_USERAUTH_BANNER for as long as it is listened to."""
    while transport.is_active() and not transport.auth_handler:
        time.sleep(0.05)
    while transport.is_active():
        message = paramiko.Message()
        message.add_byte(bytes([MSG_BANNER]))
        message.add_string(ESCAPES * 1000)
        message.add_string('')
        transport._send_message(message)


def requests(transport):
    """Requests that want an answer, and channels from the guest's side."""
    while transport.is_active():
        time.sleep(0.01)
        if transport.is_authenticated():
            transport.global_request('keepalive@openssh.com', wait=False)
            message = paramiko.Message()
            message.add_byte(bytes([90]))
            message.add_string('x11')
            for number in (1, 1 << 20, 1 << 15):
                message.add_int(number)
            message.add_string('\x1b[2J')
            message.add_int(1)
            transport._send_user_message(message)


SERVED = {
    'another host key': serves(nothing, hostkey='another'),
    'none of the keys': serves(nothing, key=paramiko.AUTH_FAILED),
    'half of a login': serves(nothing, key=paramiko.AUTH_PARTIALLY_SUCCESSFUL),
    'half of a login for nothing': serves(nothing, none=paramiko.AUTH_PARTIALLY_SUCCESSFUL, key=paramiko.AUTH_PARTIALLY_SUCCESSFUL),
    'questions without end': serves(nothing, key=paramiko.AUTH_FAILED, methods='keyboard-interactive'),
    'no channel': serves(nothing, channel=paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED),
    'no command': serves(None),
    'no answer': serves(nothing),
    'an endless line': serves(endless),
    'endless errors': serves(endless_errors),
    'an end without a status': serves(ends_without_status),
    'an end by a signal': serves(ends_by_signal),
    'a status and silence': serves(status_and_silence),
    'binary': serves(binary),
    'new keys again and again': serves(nothing, meanwhile=new_keys_again),
    'banners without end': serves(nothing, meanwhile=banners),
    'requests without end': serves(nothing, meanwhile=requests),
}
