"""A running lab host: QEMU as a child that cannot outlive its parent, and the host inside it."""

import contextlib
import ctypes
import pathlib
import shlex
import shutil
import signal
import subprocess
import tempfile
import time

import hardware
from control import Control
from image import DISK, GRUB
from ssh import COMMAND_TIME, Ssh

# A quiet machine with two cores takes a tenth of it; seen beside six compilers: 200 s.
BOOT_TIME = 420
SHUTDOWN_TIME = 120
UPDATE_GRUB_TIME = 240
OVERLAY = "overlay.qcow2"
PR_SET_PDEATHSIG = 1

LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Machine:
    """Use as a context manager: leaving it ends QEMU and removes what the host wrote.

    image: the folder of a built image, never written to. iommu: a key of hardware.IOMMUS.
    memory in MiB.
    """

    def __init__(self, image, iommu="vtd", cpus=2, memory=4096, boot_time=BOOT_TIME):
        self.image = pathlib.Path(image)
        self.iommu, self.cpus, self.memory, self.boot_time = iommu, cpus, memory, boot_time
        self.folder = self.qemu = self.control = self.ssh = None

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="gpucheck-lab-"))
        try:
            self.start()
            self.wait_for_ssh()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.ssh:
                self.ssh.close()
            if self.control:
                self.control.close()
        finally:
            if self.qemu:
                self.qemu.kill()
                self.qemu.wait(timeout=SHUTDOWN_TIME)
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def serial_log(self):
        return self.folder / "serial.log"

    def disk(self):
        """The disk that QEMU writes to: what changes lies over the image, and goes with the folder."""
        overlay = self.folder / OVERLAY
        if overlay.exists():
            return overlay
        subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw",
                        "-b", str(self.image.resolve() / DISK), str(overlay)],
                       check=True, timeout=60)
        return overlay

    def start(self):
        socket = self.folder / "control"
        command = hardware.arguments(self.iommu, self.cpus, self.memory, self.disk(),
                                     self.image / GRUB, self.serial_log, socket)
        with open(self.folder / "qemu.log", "wb") as log:
            # Its own session: an interrupt from the terminal reaches Python, which then ends it.
            self.qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         start_new_session=True, preexec_fn=die_with_parent)
        self.control = self.connected(socket, time.monotonic() + 30)
        self.ssh = Ssh(self.image, self.control.forwarded_port(), self.folder / "ssh")

    def connected(self, socket, deadline):
        """The file is there a moment before anybody listens at it."""
        while True:
            self.still_alive()
            try:
                return Control(socket, timeout=30)
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def still_alive(self):
        if self.qemu.poll() is not None:
            log = (self.folder / "qemu.log").read_text(errors="replace")
            raise RuntimeError(f"QEMU ended with status {self.qemu.returncode}: {log}")

    def last_words(self):
        """The end of the serial console, for the person who must find out why it does not boot."""
        if not self.serial_log.exists():
            return ""
        return self.serial_log.read_text(errors="replace")[-3000:]

    def wait_for_ssh(self):
        try:
            self.ssh.wait(time.monotonic() + self.boot_time, self.still_alive)
        except TimeoutError as error:
            raise TimeoutError(f"{error}; its console said:\n{self.last_words()}") from None

    def run(self, command, timeout=COMMAND_TIME, stdin=""):
        """A shell command as root in the host: (exit status, stdout, stderr)."""
        return self.ssh.run(command, timeout, stdin)

    def check(self, command, timeout=COMMAND_TIME, stdin=""):
        """The output of a command that must succeed."""
        return self.ssh.check(command, timeout, stdin)

    def put(self, file, target, mode="644"):
        """Copies a file of this machine to a path in the host."""
        where = shlex.quote(str(target))
        status, _, errors = self.ssh.raw(f"cat >{where} && chmod {mode} {where}",
                                         stdin=pathlib.Path(file).read_bytes())
        if status:
            raise RuntimeError(f"cannot write {target} in the lab host: {errors.decode()}")

    def boot_id(self):
        return self.check("cat /proc/sys/kernel/random/boot_id").strip()

    def say_last(self, command):
        """A command whose answer the end of the host may swallow."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.run(command, timeout=30)
        self.ssh.close()

    def reboot(self):
        """Through firmware and GRUB; returns when the next boot answers."""
        before = self.boot_id()
        self.say_last("systemctl reboot")
        deadline = time.monotonic() + SHUTDOWN_TIME + self.boot_time
        while time.monotonic() < deadline:
            self.wait_for_ssh()
            # The old boot's sshd may still answer on its way down.
            status, now, _ = self.run("cat /proc/sys/kernel/random/boot_id")
            if status == 0 and now.strip() != before:
                return
            self.ssh.close()
            time.sleep(1)
        raise TimeoutError(f"no new boot; the console said:\n{self.last_words()}")

    def power_cycle(self, cpus):
        """Off, and on again with the same disk and so many processors."""
        self.poweroff()
        self.control.close()
        (self.folder / "control").unlink(missing_ok=True)
        self.cpus = cpus
        self.start()
        self.wait_for_ssh()

    def set_kernel_arguments(self, text):
        """Makes text the GRUB_CMDLINE_LINUX_DEFAULT of the boots to come, as a person would."""
        lines = self.check("cat /etc/default/grub").splitlines()
        name = "GRUB_CMDLINE_LINUX_DEFAULT="
        lines = [f'{name}"{text}"' if line.startswith(name) else line for line in lines]
        self.check("cat >/etc/default/grub", stdin="\n".join(lines) + "\n")
        self.check("update-grub", timeout=UPDATE_GRUB_TIME)

    def poweroff(self):
        """Shuts the host down, so that its disk is whole, and waits for QEMU's end."""
        self.say_last("systemctl poweroff")
        self.qemu.wait(timeout=SHUTDOWN_TIME)

    def keep_disk(self):
        """Writes what the host changed into the image; only for an image that is being built."""
        subprocess.run(["qemu-img", "commit", "-q", str(self.folder / OVERLAY)],
                       check=True, timeout=600)
