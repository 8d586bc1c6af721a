"""Holds gpucheck's report against what is expected of the state and what other programs saw.

Each function yields pairs: whether it is so, and what was compared.
"""

import re

SCHEMA = "gpucheck-report-1"
FIELDS = {"id", "stage", "gpu", "vm", "verdict", "title", "reason", "evidence", "fix"}
FUNCTION = re.compile(r"\b[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\b")


def text_of(check):
    """All that a check says of this host."""
    evidence = [f"{item['source']}: {item['value']}" for item in check["evidence"]]
    return "\n".join([check["reason"] or "", *evidence])


def names(text, word):
    """As a whole word: group 1 is not named by "group 12"."""
    return re.search(rf"(?<![\w:.-]){re.escape(word)}(?![\w-])", text) is not None


def find(report, check_id):
    return [check for check in report["checks"] if check["id"] == check_id]


def form(report):
    yield report.get("schema") == SCHEMA, f"the schema is {SCHEMA}"
    missing = [f"{check.get('id')} has no {field}" for check in report["checks"]
               for field in sorted(FIELDS - set(check))]
    yield not missing, f"every check has every field: {', '.join(missing) or 'none is missing'}"


def expectations(report, state, off):
    """off: the argument that turns the variant's IOMMU off."""
    for check_id, verdict in state.verdicts.items():
        found = find(report, check_id)
        seen = " ".join(check["verdict"] for check in found) or "absent"
        yield seen == verdict, f"{check_id} is {verdict}" + (
            "" if seen == verdict else f", but {seen}: {'; '.join(map(text_of, found))}")
    if state.others:
        other = [f"{check['id']} is {check['verdict']}: {text_of(check)}" for check in report["checks"]
                 if check["id"] not in state.verdicts and check["verdict"] != state.others]
        yield not other, f"all else is {state.others}: {'; '.join(other) or 'so it is'}"
    if state.first_failure:
        failed = [check["id"] for check in report["checks"] if check["verdict"] == "fail"]
        yield failed[:1] == [state.first_failure], f"{state.first_failure} is the first of what fails: {failed}"
    for check_id, words in state.words.items():
        reasons = " ".join(check["reason"] or "" for check in find(report, check_id))
        for word in (word.format(off=off) for word in words):
            yield word.lower() in reasons.lower(), f"{check_id} names {word}: {reasons}"


def cards(report, facts):
    seen = sorted({check["gpu"] for check in report["checks"] if check["gpu"]})
    yield seen == sorted(facts.cards()), f"lspci: the cards are {facts.cards()}, the report's {seen}"


def drivers(report, facts):
    for check in find(report, "driver.vfio"):
        for function in facts.functions_of(check["gpu"]):
            driver = facts.drivers.get(function)
            if driver:
                yield names(text_of(check), driver), f"lspci: {function} is driven by {driver}"


def groups(report, facts):
    for check in find(report, "iommu.isolated"):
        group = facts.groups.get(check["gpu"])
        if group is None:
            yield check["verdict"] == "skip", f"no iommu_group link: {check['gpu']} is not judged"
        else:
            yield names(text_of(check), group), f"iommu_group link: {check['gpu']} is in {group}"


def iommus(report, facts):
    for check in find(report, "iommu.enabled"):
        passed = check["verdict"] == "pass"
        yield passed == bool(facts.iommus), f"/sys/class/iommu holds {facts.iommus}"
        if passed:
            yield (any(names(text_of(check), unit) for unit in facts.iommus),
                   f"iommu.enabled names one of {facts.iommus}")


def boot_display(report, facts):
    for check in find(report, "display.primary"):
        for function in facts.boot_display():
            short = function.removeprefix("0000:")
            text = text_of(check)
            yield names(text, function) or names(text, short), f"boot_vga: {function} reads 1"


def command_line(report, facts):
    """Whatever a check quotes of the running kernel's arguments must be there."""
    for check in report["checks"]:
        for item in check["evidence"]:
            if item["source"].endswith("proc/cmdline"):
                quoted = (item["value"] or "").strip()
                yield quoted in facts.cmdline, f"/proc/cmdline: {check['id']} quotes {quoted!r}"


def report_with_facts(report, facts):
    for comparison in (cards, drivers, groups, iommus, boot_display, command_line):
        yield from comparison(report, facts)


def report_with_guest(report, facts):
    """What guest.device says is in the guest, against lspci there."""
    told = "\n".join(map(text_of, find(report, "guest.device")))
    for ids in facts.passed:
        places = [function for function, its in facts.ids.items() if its == ids]
        yield (places and all(names(told, word) for word in (ids, *places)),
               f"lspci in the guest: {ids} is at {', '.join(places) or 'no place'}")
    invented = set(FUNCTION.findall(told)) - set(facts.ids)
    yield not invented, f"lspci in the guest: guest.device names {sorted(invented) or 'nothing'} that is not there"
    told = "\n".join(map(text_of, find(report, "guest.ssh")))
    yield names(told, facts.address), f"lease: the guest is at {facts.address}"
