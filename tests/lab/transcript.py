"""What a person sees of `--fix` and `--undo` in the lab, kept as fix-VARIANT.txt."""

import difflib
import os
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
REWRITE = "GPUCHECK_LAB_REWRITE"        # set: write what was seen instead of comparing


def without_times(text):
    """The same on the next run: no seconds, no free memory, no lease."""
    text = re.sub(r"after \d+ s\b", "after N s", text)
    text = re.sub(r"(the host has\s+)[\d.]+(?=\s+GiB\s+available)", r"\1N.N", text)
    return re.sub(r"192\.168\.122\.\d+", "192.168.122.N", text)


def compare(variant, text):
    golden = HERE / f"fix-{variant}.txt"
    seen = without_times(text)
    if os.environ.get(REWRITE):
        golden.write_text(seen)
    expected = golden.read_text() if golden.exists() else ""
    diff = difflib.unified_diff(expected.splitlines(), seen.splitlines(), golden.name, "seen", lineterm="", n=1)
    yield seen == expected, f"the transcript is {golden.name}: {' | '.join(diff) or 'so it is'}"
