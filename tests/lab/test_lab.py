#!/usr/bin/python3
"""The parts of the lab that need no machine: is a wrong report caught, is a bad record refused?"""

import io
import pathlib
import sys
import tarfile
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import compare
import unpack
import witnesses
from states import State

LSPCI = """\
0000:00:02.0 VGA compatible controller [0300]: Device [1234:1111] (rev 02)
\tKernel driver in use: bochs-drm
0000:01:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] RV100 [1002:5159]
\tSubsystem: Red Hat, Inc. RV100 [1af4:1100]
\tKernel driver in use: radeon
\tKernel modules: radeonfb, radeon, amdgpu
10000:02:00.0 Ethernet controller [0200]: Red Hat, Inc. Virtio network device [1af4:1000]
"""


def facts():
    classes, drivers = witnesses.parse_lspci(LSPCI)
    return witnesses.Facts(classes, drivers, groups={"0000:01:00.0": "1"}, iommus=["dmar0"],
                           boot_vga={"0000:00:02.0": "1", "0000:01:00.0": "0"}, cmdline="ro quiet")


def report(check_id, verdict, reason, gpu="0000:01:00.0"):
    check = {"id": check_id, "stage": "", "gpu": gpu, "vm": None, "verdict": verdict, "title": "",
             "reason": reason, "evidence": [], "fix": None}
    return {"schema": compare.SCHEMA, "checks": [check]}


def holds(comparisons):
    return all(okay for okay, _ in comparisons)


class Witnesses(unittest.TestCase):
    def test_lspci(self):
        seen = facts()
        self.assertEqual(seen.drivers, {"0000:00:02.0": "bochs-drm", "0000:01:00.0": "radeon"})
        self.assertEqual(seen.classes["10000:02:00.0"], "0200")
        self.assertEqual(seen.cards(), ["0000:01:00.0"])


    def test_ids(self):
        self.assertEqual(witnesses.parse_ids(LSPCI)["0000:01:00.0"], "1002:5159")
        # As lspci prints it without a database of names, as in the guest.
        self.assertEqual(witnesses.parse_ids("0000:02:01.0 Class [0300]: Device [1002:5159] (rev 01)\n"),
                         {"0000:02:01.0": "1002:5159"})


class Guests(unittest.TestCase):
    FACTS = witnesses.GuestFacts("192.168.122.7", ["1002:5159"], {"0000:02:01.0": "1002:5159"})

    def holds(self, reason, facts=FACTS):
        told = report("guest.device", "pass", reason)
        told["checks"] += report("guest.ssh", "pass", "login as root@192.168.122.7 works")["checks"]
        return holds(compare.report_with_guest(told, facts))

    def test_true_report(self):
        self.assertTrue(self.holds("shows 1002:5159 at 0000:02:01.0 (no driver)"))

    def test_another_place(self):
        self.assertFalse(self.holds("shows 1002:5159 at 0000:02:02.0 (no driver)"))

    def test_invented_place(self):
        self.assertFalse(self.holds("shows 1002:5159 at 0000:02:01.0 (no driver), 0000:03:01.0"))

    def test_what_is_not_there(self):
        gone = witnesses.GuestFacts("192.168.122.7", ["1002:5159"], {})
        self.assertFalse(self.holds("shows 1002:5159", gone))


class Comparisons(unittest.TestCase):
    def test_true_report(self):
        good = report("driver.vfio", "fail", "0000:01:00.0 is driven by radeon")
        self.assertTrue(holds(compare.form(good)))
        self.assertTrue(holds(compare.report_with_facts(good, facts())))

    def test_another_driver(self):
        bad = report("driver.vfio", "fail", "0000:01:00.0 is driven by radeonfb-old")
        self.assertFalse(holds(compare.report_with_facts(bad, facts())))

    def test_another_card(self):
        bad = report("driver.vfio", "fail", "driven by bochs-drm", gpu="0000:00:02.0")
        self.assertFalse(holds(compare.cards(bad, facts())))

    def test_another_group(self):
        self.assertTrue(holds(compare.groups(report("iommu.isolated", "pass", "group 1 holds"), facts())))
        self.assertFalse(holds(compare.groups(report("iommu.isolated", "pass", "group 12, 01:00.1"), facts())))

    def test_iommu_that_is_not_there(self):
        seen = facts()
        seen.iommus = []
        self.assertFalse(holds(compare.iommus(report("iommu.enabled", "pass", "dmar0"), seen)))

    def test_invented_arguments(self):
        bad = report("iommu.cmdline", "fail", "")
        bad["checks"][0]["evidence"] = [{"source": "/proc/cmdline", "value": "intel_iommu=off"}]
        self.assertFalse(holds(compare.command_line(bad, facts())))

    def test_expectations(self):
        state = State("off", 1, verdicts={"iommu.enabled": "fail"}, words={"iommu.enabled": ("{off}",)})
        good = report("iommu.enabled", "fail", "the argument intel_iommu=off turns it off")
        self.assertTrue(holds(compare.expectations(good, state, "intel_iommu=off")))
        self.assertFalse(holds(compare.expectations(good, state, "amd_iommu=off")))
        self.assertFalse(holds(compare.expectations({"checks": []}, state, "intel_iommu=off")))

    def test_all_others(self):
        state = State("all", 0, others="pass")
        self.assertTrue(holds(compare.expectations(report("vm.hostdev", "pass", ""), state, "")))
        self.assertFalse(holds(compare.expectations(report("vm.hostdev", "skip", ""), state, "")))

    def test_first_failure(self):
        state = State("first", 1, first_failure="vm.pending")
        failing = report("vm.pending", "fail", "")
        failing["checks"] += report("vm.running", "fail", "")["checks"]
        self.assertTrue(holds(compare.expectations(failing, state, "")))
        failing["checks"].reverse()
        self.assertFalse(holds(compare.expectations(failing, state, "")))


class Records(unittest.TestCase):
    def unpack(self, *members):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for member in members:
                archive.addfile(member)
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder) / "root"
            unpack.unpack(buffer.getvalue(), root)
            return sorted(str(path.relative_to(root)) for path in root.rglob("*"))

    @staticmethod
    def link(name, target):
        member = tarfile.TarInfo(name)
        member.type, member.linkname = tarfile.SYMTYPE, target
        return member

    @staticmethod
    def folder(name):
        member = tarfile.TarInfo(name)
        member.type, member.mode = tarfile.DIRTYPE, 0o755
        return member

    def test_empty_directory_is_kept(self):
        self.assertEqual(self.unpack(self.folder("./sys")), ["sys", "sys/.keep"])

    def test_link_inside(self):
        self.assertEqual(self.unpack(self.link("./a/b/c", "../../d")), ["a", "a/b", "a/b/c"])

    def test_what_leaves(self):
        fifo = tarfile.TarInfo("./fifo")
        fifo.type = tarfile.FIFOTYPE
        for member in (self.link("./a/b", "../../etc"), self.link("./a", "/etc"), tarfile.TarInfo("../a"),
                       tarfile.TarInfo("/a"), fifo):
            with self.subTest(member.name, to=member.linkname), self.assertRaises(ValueError):
                self.unpack(member)


if __name__ == "__main__":
    unittest.main()
