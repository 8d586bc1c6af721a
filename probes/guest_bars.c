/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.bars: in the guest, every memory window of the passed functions has an address. */
#include "base/alloc.h"
#include "host/pci/pci_names.h"
#include "probes/answering_guest.h"
#include "probes/probe.h"
#include "probes/unassigned_bars.h"

#define SOURCE "the guest's sysfs"

static char *size_text(uint64_t size)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	for (; unit + 1 < ARRAY_SIZE(units) && size >= 1024 && size % 1024 == 0; unit++)
		size /= 1024;
	return xasprintf("%llu %s", (unsigned long long)size, units[unit]);
}

static const struct pci_bar *find_bar(const struct pci_bar *bars, size_t count, unsigned index)
{
	for (size_t i = 0; i < count; i++)
		if (bars[i].index == index)
			return &bars[i];
	return NULL;
}

/* A BAR's number, and how large it is on the host: in the guest, an unassigned one may say 0. */
static char *name_bar(const struct pci_bar *bar)
{
	_cleanup_free_ char *size = size_text(bar->end - bar->start + 1);

	return xasprintf("%u (%s)", bar->index, size);
}

/*
 * The guest's BARs against those of the host: QEMU hands on each at the size and number it has
 * there. A kernel that finds no room clears the line of the resource file (reset_resource in
 * drivers/pci/setup-bus.c), so one that is missing got no address.
 */
static void compare(const struct pci_bar *bars, size_t count, const struct guest_function *one,
		    struct unassigned_bars *list, struct finding *finding)
{
	_cleanup_free_ char *prefix = xasprintf("%s ", one->address);

	for (size_t i = 0; i < one->bar_count; i++) {
		const struct pci_bar *there = &one->bars[i];

		bar_evidence(there, SOURCE, prefix, finding);
		if (bar_is_unassigned(there) && !find_bar(bars, count, there->index))
			unassigned_bars_add(list, there, name_bar(there));
	}
	for (size_t i = 0; i < count; i++) {
		const struct pci_bar *there = find_bar(one->bars, one->bar_count, bars[i].index);

		if (!there)
			finding_evidence(finding, SOURCE, "%sBAR %u: not there", prefix,
					 bars[i].index);
		if (!there || bar_is_unassigned(there))
			unassigned_bars_add(list, &bars[i], name_bar(&bars[i]));
	}
}

static void judge(const struct subject *subject, const struct guest *guest,
		  const struct guest_function *one, const struct pci_bar *bars, size_t count,
		  struct finding *finding)
{
	_cleanup_free_ char *who = xasprintf("%04x:%04x at %s", one->vendor, one->device,
					     one->address);
	struct unassigned_bars list = { 0 };

	if (!one->has_bars) {
		_cleanup_free_ char *what = xasprintf("where the BARs of %s are", who);

		guest_does_not_tell(guest, what, finding);
		return;
	}
	compare(bars, count, one, &list, finding);
	if (unassigned_bars_say(&list, who, " in the guest", finding))
		finding_fix(finding, FIX_MANUAL, NULL,
			    "give VM %s room for it: vm.mmio says what the card needs and what the "
			    "guest's address space offers; then shut the VM down and start it",
			    subject->vm->name);
	unassigned_bars_free(&list);
}

/* All that the guest has of a function's ids; how many. */
static size_t check_function(const struct subject *subject, const struct guest *guest,
			     struct pci_function *function, struct finding *finding)
{
	const struct guest_function *one = NULL;
	uint16_t vendor, device;
	struct pci_bar bars[6];
	size_t bar_count, found = 0;
	struct error error;

	if (pci_ids(subject->host, function, &vendor, &device, &error) < 0 ||
	    pci_bars(subject->host, function, bars, &bar_count, &error) < 0) {
		finding_say_error(finding, &error);
		return 0;
	}
	while ((one = guest_next(guest, vendor, device, one)) != NULL) {
		judge(subject, guest, one, bars, bar_count, finding);
		found++;
	}
	return found;
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct guest *guest = answering_guest(subject, finding);
	const struct card *card = subject->card;
	size_t found = 0;

	for (size_t i = 0; guest && i < card->count; i++)
		if (vm_find_hostdev(&subject->vm->live, &card->functions[i]->address))
			found += check_function(subject, guest, card->functions[i], finding);
	if (!guest)
		return;
	if (!found)
		finding_say(finding, VERDICT_ERROR, "the guest (%s) shows nothing of the card",
			    guest->target);
	finding_say(finding, VERDICT_PASS, "in the guest %s",
		    found == 1 ? "the card's memory windows have their addresses"
			       : "the memory windows of all functions have their addresses");
}

const struct probe guest_bars_probe = {
	.id = "guest.bars",
	.stage = STAGE_GUEST,
	.scope = SCOPE_VM,
	.title = "the card's memory windows have addresses in the guest",
	.needs = "guest.device",
	.meaning =
		"The VM's firmware and the guest's kernel must give every memory window (BAR) of the "
		"passed functions a place in the guest's address space, each as large as it is on the "
		"host. A card of 24 or 80 GB may have a window of its whole memory, and the room that "
		"the VM has by default can be too small for it: then the guest lists the card and no "
		"driver can use it.",
	.by_hand = "In the guest, look for \"<unassigned>\", \"<ignored>\" or a missing Region "
		   "(10de is NVIDIA's id):\n"
		   "$ lspci -vvnn -d 10de:\n"
		   "$ dmesg | grep -i \"can't assign\\|no space\\|BAR\"\n"
		   "The file behind it is resource below /sys/bus/pci/devices/ADDRESS: start, end "
		   "and flags, a line a BAR. NVIDIA's driver calls it \"BAR1 is 0M @ 0x0\".",
	.remedy =
		"See vm.mmio: it compares the card's windows with the guest's address space. As a rule: "
		"UEFI firmware (OVMF), machine type q35, and <cpu mode='host-passthrough'> with "
		"<maxphysaddr mode='passthrough'/>, so that the guest has as many address bits as the "
		"host. Then shut the VM down and start it.",
	.pitfalls =
		"A kernel that finds no room clears the window's line in the resource file: gpucheck "
		"compares with the host's, where the window is. Resizable BAR, turned on or off in the "
		"host's firmware, changes how much room is needed. I/O ports without an address are only "
		"a warning: no driver of today needs them.",
	.run = run,
};
