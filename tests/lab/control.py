"""QEMU's control socket (QMP), as far as the lab needs it."""

import json
import re
import socket


class Control:
    """Commands are answered at once or not at all: every read is bounded by the timeout."""

    def __init__(self, path, timeout):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rw", encoding="utf-8")
        self.lines.readline()  # the greeting
        self.execute("qmp_capabilities")

    def execute(self, command, **arguments):
        json.dump({"execute": command, "arguments": arguments}, self.lines)
        self.lines.write("\n")
        self.lines.flush()
        for line in iter(self.lines.readline, ""):
            answer = json.loads(line)
            if "error" in answer:
                raise RuntimeError(f"QEMU refuses {command}: {answer['error']['desc']}")
            if "return" in answer:  # anything else is an event
                return answer["return"]
        raise RuntimeError(f"QEMU closed its control socket at {command}")

    def forwarded_port(self):
        """The port on 127.0.0.1 that leads to the lab host's sshd."""
        table = self.execute("human-monitor-command", **{"command-line": "info usernet"})
        match = re.search(r"TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+22\b", table)
        if not match:
            raise RuntimeError(f"QEMU forwards no port to the lab host:\n{table}")
        return int(match[1])

    def close(self):
        self.lines.close()
        self.socket.close()
