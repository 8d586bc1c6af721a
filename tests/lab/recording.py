"""`gpucheck --record` on a real host, as root, while a virtual machine runs with the card: the record is copied out and
replayed here, and nothing of what tells the host and its owner is in it."""

import json
import pathlib
import subprocess
import sys
import tempfile

import unpack
from states import STATES
from walk import Walk, tell

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "record"))
import search                                           # pylint: disable=wrong-import-position

RECORD = "/root/record"
RECORD_TIME = 300
NAME = "planted-7qx"
DOMAIN = "owner-zv3.internal"
SERIAL = "S4EWNX0R123456Z"
PASSWORD = "correct-horse-battery"
UUID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
VOLUME = "0qMuFv-Xs3c-8lGt-9dQe-Yk2P-aB7n-Zr5Wc1"
FILE_SYSTEM = "7C1D-9E2F"
KEY = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"
MAC = "52:54:00:9a:bc:de"

# What of the host is already there to be taken out.
OF_THE_HOST = """cat /etc/machine-id /sys/class/net/*/address | grep -v 00:00:00:00:00:00
findmnt -no UUID / || true
virsh domuuid guest
virsh dumpxml guest | sed -n "s/.*mac address='\\(.*\\)'.*/\\1/p"
cat /sys/class/dmi/id/product_uuid /sys/class/dmi/id/product_serial /sys/block/*/serial 2>/dev/null || true
"""

PLANT = f"""set -e
hostname {NAME}
echo {NAME} >/etc/hostname
echo '127.0.1.1 {NAME}.{DOMAIN} {NAME}' >>/etc/hosts
cat >/etc/modprobe.d/owner.conf <<'END'
# {NAME}.{DOMAIN}, disk {SERIAL}, {MAC}
-----BEGIN OPENSSH PRIVATE KEY-----
{KEY}
-----END OPENSSH PRIVATE KEY-----
END
mkdir -p /etc/default/grub.d
cat >/etc/default/grub.d/owner.cfg <<'END'
GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX rd.luks.uuid={UUID} rd.luks.key=/{PASSWORD} ip=:::::{NAME}:eth0 BOOTIF=01-{MAC.replace(":", "-")}"
END
cat >>/boot/grub/grub.cfg <<'END'
# {NAME.upper()} {UUID.upper()} {UUID.replace("-", "")} lvmid/{VOLUME} {MAC.replace(":", "")}
set superusers="{PASSWORD}"
password_pbkdf2 alice grub.pbkdf2.sha512.10000.{PASSWORD.replace("-", "")}
search --no-floppy --fs-uuid --set=root {FILE_SYSTEM}
# /dev/disk/by-id/ata-Samsung_SSD_860_{SERIAL}-part2
END
cat >/etc/udev/rules.d/99-owner.rules <<'END'
SUBSYSTEM=="block", ENV{{ID_SERIAL}}=="Samsung_SSD_860_{SERIAL}", SYMLINK+="mine"
SUBSYSTEM=="net", ATTR{{address}}=="{MAC}", NAME="wan0"
END
virsh dumpxml --inactive guest >/tmp/guest.xml
sed -i -e "s|</name>|</name><description>{NAME} {SERIAL}</description>|" \
    -e "s|<memballoon model='none'/>|&<graphics type='vnc' port='-1' passwd='{PASSWORD[:8]}'/>|" /tmp/guest.xml
virsh define /tmp/guest.xml
"""


def planted(machine):
    words = machine.check(OF_THE_HOST).split()
    return [NAME, DOMAIN, SERIAL, PASSWORD, PASSWORD[:8], UUID, VOLUME, FILE_SYSTEM, KEY, MAC] + words


def fetch(machine, folder):
    status, tar, errors = machine.ssh.raw(f"tar -C {RECORD} --sort=name --owner=0 --group=0 -cf - .")
    if status:
        raise RuntimeError(f"tar: {errors.decode(errors='replace')}")
    unpack.unpack(tar, folder)


def write(machine):
    """gpucheck's record of the host, copied into a folder here when the caller fetches it; what it said."""
    machine.check(f"rm -rf {RECORD}")
    status, _, errors = machine.run(f"gpucheck --record {RECORD}", timeout=RECORD_TIME)
    if status:
        raise RuntimeError(f"gpucheck --record: status {status}: {errors}")
    return errors


def verdicts(report):
    return {(check["id"], check["gpu"]): (check["verdict"], check["reason"]) for check in report["checks"]}


def compare(here, there):
    """Two reports: the verdicts, and how many reasons are the same word for word."""
    one, other = verdicts(here), verdicts(there)
    different = [f"{key[0]}: {one[key]} there, {other.get(key)} here" for key in one
                 if one[key][0] != other.get(key, (None,))[0]]
    yield not different, f"the record gives the host's {len(one)} verdicts; {'; '.join(different)}"
    reasons = [f"{key[0]}: {one[key][1]!r} there, {other[key][1]!r} here" for key in one
               if key in other and one[key] != other[key]]
    yield not reasons, f"and the same reasons, word for word; {'; '.join(reasons)}"


def comparisons(image, gpucheck, install):
    state = next(state for state in STATES if state.name == "guest")
    with Walk(image, "vtd") as walk, tempfile.TemporaryDirectory() as folder:
        machine = walk.reach(state)
        install(machine)
        secrets = planted(machine)
        machine.check(PLANT, timeout=RECORD_TIME)
        _, before, _ = machine.run("gpucheck --format json", timeout=RECORD_TIME)
        said = write(machine)
        tell(said)
        yield "not read" not in said, "record: as root everything is read"
        yield "gives the same" in said, "record: replayed in the host it gives the same verdicts"
        root = pathlib.Path(folder) / "record"
        fetch(machine, root)
        done = subprocess.run([gpucheck, "--root", str(root), "--format", "json"], capture_output=True, check=False)
        for okay, description in compare(json.loads(before), json.loads(done.stdout)):
            yield okay, f"record: {description}"
        found = search.find(root, secrets)
        yield not found, f"record: nothing of {len(secrets)} planted and own words is in it; {found}"
