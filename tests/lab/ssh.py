"""Commands in the lab host, through the machine's own openssh client and one lasting connection."""

import shlex
import socket
import subprocess
import time

from image import HOST_KEY_ALIAS, KEY, KNOWN_HOSTS

COMMAND_TIME = 120
# An emulated processor may take this long for one key exchange while others compile.
CONNECT_TIME = 60


class Ssh:
    def __init__(self, image, port, control_path):
        self.port = port
        self.command = [
            "ssh", "-F", "none", "-p", str(port),
            "-i", str(image / KEY), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", f"UserKnownHostsFile={image / KNOWN_HOSTS}", "-o", "GlobalKnownHostsFile=none",
            "-o", f"HostKeyAlias={HOST_KEY_ALIAS}", "-o", "StrictHostKeyChecking=yes",
            "-o", f"ConnectTimeout={CONNECT_TIME}", "-o", "ServerAliveInterval=15",
            "-o", "LogLevel=ERROR",
        ]
        self.shared = ["-o", "ControlMaster=auto", "-o", "ControlPersist=yes",
                       "-o", f"ControlPath={control_path}"]

    def described(self):
        """The command line by which a person gets in."""
        return shlex.join([*self.command, "root@127.0.0.1"])

    def raw(self, command, timeout=COMMAND_TIME, stdin=b""):
        """Runs a shell command as root; (exit status, stdout, stderr), both as bytes.

        The status is ssh's own: 255 when the connection failed.
        """
        done = subprocess.run([*self.command, *self.shared, "root@127.0.0.1", command],
                              input=stdin, capture_output=True, timeout=timeout, check=False)
        return done.returncode, done.stdout, done.stderr

    def run(self, command, timeout=COMMAND_TIME, stdin=""):
        status, output, errors = self.raw(command, timeout, stdin.encode())
        return status, output.decode(errors="replace"), errors.decode(errors="replace")

    def check(self, command, timeout=COMMAND_TIME, stdin=""):
        """The output of a command that must succeed."""
        status, output, errors = self.run(command, timeout, stdin)
        if status:
            raise RuntimeError(f"in the lab host, status {status}: {command}\n{errors}")
        return output

    def answers(self):
        """Whether sshd is there: its banner, without the cost of a key exchange."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False

    def wait(self, deadline, still_alive):
        """Until a command runs; deadline as of time.monotonic(). still_alive() raises if it is hopeless."""
        while time.monotonic() < deadline:
            still_alive()
            if self.answers():
                left = max(1, deadline - time.monotonic())
                try:
                    if self.raw("true", timeout=left)[0] == 0:
                        return
                except subprocess.TimeoutExpired:
                    break
            time.sleep(0.5)
        raise TimeoutError("the lab host's sshd did not answer in time")

    def close(self):
        """Ends the lasting connection; harmless when there is none."""
        subprocess.run([*self.command, *self.shared, "-O", "exit", "root@127.0.0.1"],
                       capture_output=True, timeout=30, check=False)
