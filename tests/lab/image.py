"""The lab host's disk, its boot loader and its keys, built once and kept in the user's cache."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
RECIPE = HERE / "recipe"
# Whatever changes the image changes its name.
RECIPE_SOURCES = (HERE / "image.py", HERE / "first_boot.py")
SUITE = "bookworm"
DISK_SIZE = "8G"
# Constant, so that a recorded grub.cfg is the same after the next build.
FILE_SYSTEM_UUID = "6c616221-6770-7563-6865-636b00000001"
MMDEBSTRAP_TIME = 1800
TOOL_TIME = 600

# What a boot needs, by the names of the files in the cached folder.
DISK, GRUB, KEY, KNOWN_HOSTS = "disk.raw", "grub.lkrn", "key", "known_hosts"
# Host keys are looked up by this name, since the port differs at each start.
HOST_KEY_ALIAS = "gpucheck-lab"

SKIPPED_PATHS = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*")


def cache_root():
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(cache) / "gpucheck"


def location():
    """The folder of the image that this recipe makes, whether it is there yet or not."""
    digest = hashlib.sha256()
    for file in sorted([*RECIPE.rglob("*"), *RECIPE_SOURCES]):
        if file.is_file():
            digest.update(f"{file.name}\0{file.stat().st_mode & 0o111}\0".encode())
            digest.update(file.read_bytes())
    return cache_root() / f"lab-{digest.hexdigest()[:12]}"


def apt_sources():
    """This machine's own source lists that hold the suite: whatever mirror it may use, the lab may."""
    files = [pathlib.Path("/etc/apt/sources.list")]
    files += sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.list"))
    files += sorted(pathlib.Path("/etc/apt/sources.list.d").glob("*.sources"))
    suite = re.compile(rf"(^|\s){SUITE}(-\S+)?(\s|$)")
    found = []
    for file in files:
        if not file.is_file():
            continue
        text = "\n".join(line for line in file.read_text().splitlines()
                         if not line.lstrip().startswith("#"))
        # Only Debian's own archive has a component called main and a suite of just that name.
        if suite.search(text) and re.search(r"\bmain\b", text):
            found.append(str(file))
    if not found:
        raise RuntimeError(f"no apt source of this machine holds Debian {SUITE}: name a file of them "
                           "with --apt-sources")
    return found


def apt_options():
    """How this machine reaches its mirror: proxies, certificates, tolerance of an old snapshot."""
    dump = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True,
                          timeout=TOOL_TIME).stdout
    wanted = re.compile(r'^(Acquire::(https?|Check-\S+)\b.*?) "(.+)";$', re.IGNORECASE)
    matches = (wanted.match(line) for line in dump.splitlines())
    return [f'{match[1]} "{match[3]}"' for match in matches if match]


def packages():
    lines = (RECIPE / "packages").read_text().splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def make_root_archive(folder, sources):
    hook = f'{RECIPE / "configure.sh"} {RECIPE} {folder / KEY}.pub "$1"'
    command = ["mmdebstrap", "--variant=minbase", "--include=" + ",".join(packages()),
               "--aptopt=APT::Install-Recommends \"false\"", f"--customize-hook={hook}"]
    command += [f"--aptopt={option}" for option in apt_options()]
    command += [f"--dpkgopt=path-exclude={path}" for path in SKIPPED_PATHS]
    command += [SUITE, str(folder / "root.tar"), *sources]
    subprocess.run(command, check=True, timeout=MMDEBSTRAP_TIME)


def make_disk(folder):
    """A bare file system in a file: no loop device, no mount, no partition.

    Debian 12's mkfs reads a folder, not an archive, so the archive is unpacked first.
    """
    script = """set -eu
        mkdir root
        tar -C root -xpf root.tar --numeric-owner --exclude='./dev/*'
        # mmdebstrap leaves "uninitialized" there, at which systemd would enable every service.
        : >root/etc/machine-id
        truncate -s "$1" "$2"
        # No metadata_csum_seed: GRUB 2.06 does not read it. No lazy tables: the kernel would
        # fill them in while tests run.
        mkfs.ext4 -q -F -L lab -U "$3" -N 300000 -O ^metadata_csum_seed \
            -E lazy_itable_init=0,lazy_journal_init=0 -d root "$2"
    """
    subprocess.run(["sh", "-c", script, "make-disk", DISK_SIZE, DISK, FILE_SYSTEM_UUID],
                   check=True, cwd=folder, timeout=TOOL_TIME)


def take_from_archive(folder):
    """What is needed beside the disk: GRUB in its bootable form, and the host's public key."""
    with tarfile.open(folder / "root.tar") as archive:
        (folder / GRUB).write_bytes(archive.extractfile("./boot/grub.lkrn").read())
        key = archive.extractfile("./etc/ssh/ssh_host_ed25519_key.pub").read().decode()
    (folder / KNOWN_HOSTS).write_text(f"{HOST_KEY_ALIAS} {' '.join(key.split()[:2])}\n")


def build(folder, sources, first_boot):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "gpucheck-lab",
                    "-f", str(folder / KEY)], check=True, timeout=TOOL_TIME)
    make_root_archive(folder, sources)
    take_from_archive(folder)
    make_disk(folder)
    shutil.rmtree(folder / "root")
    (folder / "root.tar").unlink()
    first_boot(folder)


@contextlib.contextmanager
def only_builder():
    """Two runs that start at once share one build: the second waits, then finds it done."""
    cache_root().mkdir(parents=True, exist_ok=True)
    with open(cache_root() / "lab.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure(first_boot, sources=None):
    """Returns the folder of the built image. first_boot(folder) completes a new one by booting it."""
    folder = location()
    if folder.is_dir():
        return folder
    if os.geteuid() != 0:
        raise RuntimeError("to build the lab host's image needs root (to boot it does not)")
    with only_builder():
        if folder.is_dir():
            return folder
        for abandoned in cache_root().glob("building-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        temporary = pathlib.Path(tempfile.mkdtemp(prefix="building-", dir=cache_root()))
        try:
            build(temporary, sources or apt_sources(), first_boot)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder
