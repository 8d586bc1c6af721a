# SPDX-License-Identifier: GPL-2.0-or-later
"""What ran so far and what the inputs of each fuzz target reach of its parser (clang's source coverage), as a page."""
import json
import platform
import re
import subprocess
import tempfile

LLVM = ('llvm-profdata-14', 'llvm-cov-14')
# What each target is about, below the tree.
PARSERS = {
    'configuration': ['engine/configuration.c'],
    'diff': ['plan/diff.c'],
    'domain_drop': ['host/programs/libvirt/domain_drop.c', 'host/programs/libvirt/domain_tags.c'],
    'domain_edit': ['host/programs/libvirt/domain_edit.c', 'host/programs/libvirt/domain_insert.c',
                    'host/programs/libvirt/domain_tags.c'],
    'domain_read': ['host/programs/libvirt/domain_xml.c', 'host/programs/libvirt/domain_node.c',
                    'host/programs/libvirt/domain_devices.c', 'host/programs/libvirt/domain_memory.c',
                    'host/programs/libvirt/domain_space.c'],
    'domain_widen': ['host/programs/libvirt/domain_widen.c', 'host/programs/libvirt/domain_insert.c'],
    'dpkg_status': ['host/vm/ovmf.c'],
    'escape': ['report/escape.c', 'report/fold.c', 'report/json_text.c'],
    'grub_cfg': ['host/boot/grub_cfg.c', 'host/boot/grub_script.c'],
    'grub_condition': ['host/boot/grub_condition.c', 'host/boot/grub_script.c'],
    'grub_drop_in': ['fixers/grub_drop_in.c'],
    'guest_answer': ['host/vm/guest_answer.c'],
    'guest_listing': ['host/programs/guest/listing.c', 'host/programs/guest/nvidia_lines.c',
                      'host/programs/guest/words.c'],
    'holders': ['host/card/recorded_holders.c'],
    'initramfs_answer': ['host/boot/initramfs_answer.c'],
    'initramfs_image': ['host/programs/initramfs/image.c', 'host/programs/initramfs/cpio.c',
                        'host/programs/initramfs/packed.c', 'host/programs/initramfs/contents.c',
                        'host/programs/initramfs/stream.c'],
    'interrupts': ['host/iommu/interrupts.c'],
    'iomem': ['host/display/boot_framebuffer.c'],
    'iommu_arguments': ['host/iommu/iommu_arguments.c'],
    'kernel_arguments': ['host/boot/kernel_arguments.c'],
    'kernel_line': ['fixers/kernel_line.c'],
    'kernelstub': ['fixers/kernelstub.c'],
    'loader_entry': ['host/boot/loader_entry.c'],
    'meminfo': ['host/memory.c'],
    'modprobe': ['host/modules/modprobe.c', 'host/modules/vfio_ids.c'],
    'module_index': ['host/modules/index_text.c'],
    'pci_config': ['host/pci/pci_config.c'],
    'pci_identity': ['host/pci/pci_identity.c', 'host/pci/pci_address.c'],
    'pci_resource': ['host/pci/pci_config.c'],
    'plan_record': ['plan/record_json.c'],
    'processor': ['host/cpu.c'],
    'qemu_log': ['host/vm/qemu_log.c'],
    'report': ['report/tap.c', 'report/json.c', 'report/text.c', 'report/junit.c', 'report/prometheus.c',
               'report/xml_text.c'],
    'report_read': ['report/json_read.c', 'report/json_fields.c', 'report/json_budget.c', 'report/fleet.c',
                    'report/fleet_text.c'],
    'reserved_regions': ['host/iommu/reserved_regions.c'],
    'scrub': ['recording/scrub.c', 'recording/scrub_ids.c', 'recording/scrub_secrets.c'],
    'short_texts': ['host/vm/guest_destination.c', 'host/vm/node_set.c', 'host/vm/ovmf.c',
                    'host/pci/reset.c', 'host/kernel_release.c'],
    'udev_rules': ['host/modules/udev_rules.c'],
    'xorg': ['host/display/xorg.c'],
}
HEAD = '''# Fuzzing

`./dev fuzz` feeds every parser with bytes that libFuzzer makes, under the address and undefined-behaviour sanitizers; what
each must keep, whatever it gets, stands in its file in `tests/fuzz/targets/`: an edit made twice is the edit made once,
bytes that need no change stay, an edited text has the wanted effect, what is printed is read back, no line of a
report can be forged, no secret is left in a record, numbers stay in their range. The inputs begin with the recorded
hosts' own files; those that once broke a promise are kept in `tests/fuzz/corpus/`, and every `./dev test` runs all
of them.

A file's part that reads it from the disk is not called here, so 100 %% is not to be had everywhere.

Written by `./dev fuzz --record` on %s: %s, %s. Executions a second are of
one core, beside whatever else the machine did.

| target | executions | a second | edges | its files, and the lines of them that its inputs reach |
|---|--:|--:|--:|---|
'''
ROW = re.compile(r'^\| (\w+) \| ([\d,]+) \| (\d+) \| (\d+) \| (.*) \|$', re.M)


def profile(program, target, folders, place):
    raw = place / (target + '.profraw')
    subprocess.run([program, target, *folders], check=True, stdout=subprocess.DEVNULL,
                   env={'LLVM_PROFILE_FILE': str(raw)})
    merged = place / (target + '.profdata')
    subprocess.run([LLVM[0], 'merge', '-sparse', raw, '-o', merged], check=True)
    return merged


def lines_reached(tree, program, merged, files):
    """{file: (reached, all)}"""
    said = subprocess.run([LLVM[1], 'export', '-summary-only', program, '-instr-profile=%s' % merged,
                           *[tree / name for name in files]], check=True, stdout=subprocess.PIPE).stdout
    found = {}
    for entry in json.loads(said)['data'][0]['files']:
        lines = entry['summary']['lines']
        found[entry['filename'].removeprefix(str(tree) + '/')] = (lines['covered'], lines['count'])
    return found


def machine():
    with open('/proc/cpuinfo', encoding='utf-8') as f:
        model = re.findall(r'^model name\s*: (.*)$', f.read(), re.M)
    return '%d cores, %s' % (len(model), model[0] if model else platform.machine())


def read_rows(page):
    """{target: (executions, a second, edges, files)} of the page as it stands."""
    return {target: (int(runs.replace(',', '')), int(speed), int(edges), files)
            for target, runs, speed, edges, files in ROW.findall(page.read_text() if page.exists() else '')}


def add(known, new, files):
    """A row with what ran since it was written."""
    runs, speed, edges, _ = known or (0, 0, 0, '')
    seconds = (runs / speed if speed else 0) + new['seconds']
    return (runs + new['runs'], int((runs + new['runs']) / max(1, seconds)), max(edges, new['edges']), files)


def text_of_files(reached):
    return ', '.join('`%s` %d %%' % (name, 100 * covered // count) for name, (covered, count) in reached.items())


def write(page, work, build):
    """Counts are added to the page's: it is what is left of a build folder that is gone."""
    tree, program = page.parent.parent, build / 'tests/fuzz/fuzz-replay'
    rows = {target: known for target, known in read_rows(page).items() if target in PARSERS}
    compiler = subprocess.run(['clang', '--version'], stdout=subprocess.PIPE, text=True).stdout
    text = HEAD % (machine(), platform.freedesktop_os_release()['PRETTY_NAME'], compiler.splitlines()[0])
    with tempfile.TemporaryDirectory() as folder:
        for target, new in work.read_tally().items():
            merged = profile(program, target, work.folders(target), type(page)(folder))
            files = text_of_files(lines_reached(tree, program, merged, PARSERS[target]))
            rows[target] = add(rows.get(target), new, files)
    for target, (runs, speed, edges, files) in sorted(rows.items()):
        text += '| %s | %s | %d | %d | %s |\n' % (target, format(runs, ','), speed, edges, files)
    text += '| **in sum** | **%s** | | **%d** | |\n' % (format(sum(row[0] for row in rows.values()), ','),
                                                  sum(row[2] for row in rows.values()))
    page.write_text(text)
    work.forget_tally()
