#!/usr/bin/python3
"""gpucheck in a real Linux host with a real IOMMU, emulated: the entry of `./dev lab`."""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import time

# No compiled files beside the sources.
sys.dont_write_bytecode = True

import compare
import dracut
import first_boot
import image
import package
import recording
import traps
import witnesses
import transcript
from fix import FixWalk
from machine import Machine
from states import OFF, RECORDED, STATES, VARIANTS
from walk import Walk, tell

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "fixtures"
# gpucheck finds the others beside itself.
PROGRAMS = ("gpucheck", "gpucheck-libvirt", "gpucheck-definitions", "gpucheck-guest", "gpucheck-initramfs")
INSTALLED = "/usr/local/lib/gpucheck"
LINK = "/usr/local/bin/gpucheck"
GPUCHECK_TIME = 120

USAGE = """lab.py --gpucheck PATH [VARIANT...]   all that follows, but for the fixtures
       lab.py --gpucheck PATH states [VARIANT...]   every state, compared with what gpucheck says
       lab.py --gpucheck PATH fix [VARIANT...]   from nothing to the card in the guest by --fix, and back
       lab.py --gpucheck PATH dracut             the card bound by --fix where dracut builds the images
       lab.py --gpucheck PATH traps              what looks green and is not, foretold and tried
       lab.py --gpucheck PATH package            the Debian package installed, run by systemd, upgraded, purged
       lab.py --gpucheck PATH recording          a host with secrets recorded, replayed here, and searched
       lab.py --gpucheck PATH record [VARIANT...]   write the fixtures that come from the lab
       lab.py shell [VARIANT]                boot a host, say how to log in, keep it up
       lab.py image                          only build the image, and say where it lies"""


class Tally:
    """Prints one line a comparison, and counts."""

    def __init__(self):
        self.passed = self.failed = 0

    def add(self, okay, description):
        self.passed += okay
        self.failed += not okay
        line = " ".join(description.split())
        print(f"{'ok' if okay else 'not ok'} - {line}", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


def install(machine, gpucheck):
    """gpucheck: the path of the program, in the folder where it was built."""
    machine.check(f"mkdir -p {INSTALLED}")
    for name in PROGRAMS:
        machine.put(pathlib.Path(gpucheck).with_name(name), f"{INSTALLED}/{name}", mode="755")
    machine.check(f"ln -sf {INSTALLED}/{PROGRAMS[0]} {LINK}")


def comparisons(walk, state):
    """Runs gpucheck in the host as it stands, and yields every comparison."""
    machine = walk.machine
    status, output, errors = machine.run(f"gpucheck --format json {' '.join(state.checks)}", GPUCHECK_TIME)
    yield status == state.expected_status, f"the exit status is {state.expected_status}" + (
        "" if status == state.expected_status else f", but {status}: {errors}")
    try:
        report = json.loads(output)
    except json.JSONDecodeError as error:
        yield False, f"the report is JSON, but {error}: {output[:200]!r}"
        return
    yield from compare.form(report)
    yield from compare.expectations(report, state, OFF[walk.variant])
    yield from compare.report_with_facts(report, witnesses.question(machine))
    if state.vm and state.vm.live:
        yield from compare.report_with_guest(report, witnesses.question_guest(machine, walk.vm))


def check_states(built, variants, gpucheck, tally):
    for variant in variants:
        with Walk(built, variant) as walk:
            for state in STATES:
                install(walk.reach(state), gpucheck)
                for okay, description in comparisons(walk, state):
                    tally.add(okay, f"{variant} {state.name}: {description}")


def check_fix(built, variants, gpucheck, tally):
    for variant in variants:
        with FixWalk(built, variant, lambda machine: install(machine, gpucheck)) as walk:
            for okay, description in walk.comparisons():
                tally.add(okay, f"{variant}: {description}")
            for okay, description in transcript.compare(variant, walk.text()):
                tally.add(okay, f"{variant}: {description}")


def record(built, variants, gpucheck):
    for variant in variants:
        wanted = [name for recorded, name in RECORDED if recorded == variant]
        with Walk(built, variant) as walk:
            for state in (state for state in STATES if state.name in wanted):
                machine = walk.reach(state)
                install(machine, gpucheck)
                tell(recording.write(machine))
                root = FIXTURES / f"lab-{variant}-{state.name}" / "root"
                recording.fetch(machine, root)
                print(root)
    return 0


def shell(built, variant, gpucheck):
    with Machine(built, variant) as machine:
        if gpucheck:
            install(machine, gpucheck)
        print(machine.ssh.described(), flush=True)
        tell(f"console: {machine.serial_log}; interrupt this program, or power the host off, to end it")
        while machine.qemu.poll() is None:
            time.sleep(1)
    return 0


def options():
    parser = argparse.ArgumentParser(usage=USAGE)
    parser.add_argument("words", nargs="*", metavar="MODE-OR-VARIANT")
    parser.add_argument("--gpucheck", metavar="PATH", help="the program to test")
    parser.add_argument("--apt-sources", metavar="FILE", action="append",
                        help="where to build the image from, if this machine's own sources do not do")
    chosen = parser.parse_args()
    chosen.mode = "check"
    if chosen.words and chosen.words[0] in ("states", "fix", "dracut", "traps", "package", "recording", "record", "shell",
                                            "image"):
        chosen.mode = chosen.words.pop(0)
    chosen.variants = chosen.words or list(VARIANTS)
    for variant in chosen.variants:
        if variant not in VARIANTS:
            parser.error(f"no such variant: {variant} (there are {', '.join(VARIANTS)})")
    if chosen.mode not in ("shell", "image") and not chosen.gpucheck:
        parser.error("which gpucheck? Name it with --gpucheck")
    return chosen


def main():
    # So that being ended still ends QEMU and removes what it wrote.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    chosen = options()
    built = image.ensure(first_boot.complete, chosen.apt_sources)
    if chosen.mode == "image":
        print(built)
        return 0
    if chosen.mode == "record":
        return record(built, chosen.variants, chosen.gpucheck)
    if chosen.mode == "shell":
        return shell(built, chosen.variants[0], chosen.gpucheck)
    tally = Tally()
    if chosen.mode in ("check", "states"):
        check_states(built, chosen.variants, chosen.gpucheck, tally)
    if chosen.mode in ("check", "fix"):
        check_fix(built, chosen.variants, chosen.gpucheck, tally)
    if chosen.mode in ("check", "recording"):
        for okay, description in recording.comparisons(built, chosen.gpucheck,
                                                       lambda machine: install(machine, chosen.gpucheck)):
            tally.add(okay, description)
    for mode in (dracut, traps):
        if chosen.mode in ("check", mode.__name__):
            for okay, description in mode.comparisons(built, lambda machine: install(machine, chosen.gpucheck)):
                tally.add(okay, description)
    if chosen.mode in ("check", "package"):
        for okay, description in package.comparisons(built):
            tally.add(okay, description)
    return tally.close()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"lab.py: {error}")
