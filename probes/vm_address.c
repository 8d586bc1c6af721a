/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.address: the guest finds the card where the definition puts it. */
#include "base/alloc.h"
#include "probes/guest_place.h"
#include "probes/probe.h"
#include "probes/virsh.h"

#include <inttypes.h>

#define GIB (UINT64_C(1) << 30)

/* SeaBIOS must place a BAR of this size above 4 GiB; smaller ones mostly find room below. */
static const uint64_t large_bar = 4 * GIB;

static void show(const struct vm_hostdev *hostdev, struct strings *places)
{
	char source[PCI_ADDRESS_SIZE], guest[PCI_ADDRESS_SIZE];

	pci_address_format(&hostdev->source, source);
	pci_address_format(&hostdev->guest, guest);
	strings_take(places, xasprintf("%s at %s", source,
				       hostdev->unassigned  ? "no address"
				       : hostdev->has_guest ? guest
							    : "an address that libvirt chooses"));
}

/* Whether dropping the card's addresses can help is all that the fix depends on. */
static bool judge_places(const struct subject *subject, const struct vm_definition *next,
			 struct strings *places, struct finding *finding)
{
	bool is_wrong = false;

	for (size_t i = 0; i < subject->card->count; i++) {
		struct pci_function *function = subject->card->functions[i];
		const struct vm_hostdev *hostdev = vm_find_hostdev(next, &function->address);
		_cleanup_free_ char *why = NULL;
		enum guest_place place;
		struct error error;

		if (!hostdev)
			continue;
		show(hostdev, places);
		if (guest_place_of(subject->host, next, function, &place, &why, &error) < 0) {
			finding_say_error(finding, &error);
		} else if (place != PLACE_GOOD) {
			finding_say(finding, place == PLACE_BAD ? VERDICT_FAIL : VERDICT_WARN, "%s",
				    why);
			is_wrong = true;
		}
	}
	return is_wrong;
}

/* The largest BAR of what the definition passes of the card, in bytes. */
static int largest_bar(const struct subject *subject, const struct vm_definition *next,
		       uint64_t *ret, const char **ret_name, struct error *error)
{
	*ret = 0;
	for (size_t i = 0; i < subject->card->count; i++) {
		struct pci_function *function = subject->card->functions[i];
		struct pci_bar bars[6];
		size_t count;
		int r;

		if (!vm_find_hostdev(next, &function->address))
			continue;
		r = pci_bars(subject->host, function, bars, &count, error);
		if (r < 0)
			return r;
		for (size_t k = 0; k < count; k++) {
			uint64_t size = bars[k].end - bars[k].start + 1;

			if (bars[k].end < bars[k].start || size <= *ret)
				continue;
			*ret = size;
			*ret_name = function->name;
		}
	}
	return 0;
}

static void judge_firmware(const struct subject *subject, const struct vm_definition *next,
			   bool has_fix, struct finding *finding)
{
	const char *name = NULL;
	struct error error;
	uint64_t size;

	if (next->layout.firmware != FIRMWARE_BIOS)
		return;
	if (largest_bar(subject, next, &size, &name, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (size < large_bar)
		return;
	finding_say(
		finding, VERDICT_WARN,
		"VM %s boots with SeaBIOS, and %s has a BAR of %" PRIu64
		" GiB: SeaBIOS before 1.16.3 puts it right above the memory, without asking how "
		"far the virtual CPU's addresses reach",
		subject->vm->name, name, size / GIB);
	if (!has_fix)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "give VM %s UEFI firmware (<os firmware='efi'>, package ovmf): best "
			    "when it is installed, for what was installed with SeaBIOS may not "
			    "boot with UEFI",
			    subject->vm->name);
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct vm *vm = subject->vm;
	const struct vm_definition *next = vm_next_definition(vm);
	_cleanup_free_ char *source = virsh_command("dumpxml --inactive", vm);
	_cleanup_strings_ struct strings places = { 0 };
	_cleanup_free_ char *joined = NULL;
	bool is_wrong;

	if (!next->known) {
		finding_say(finding, VERDICT_ERROR, "the definition of VM %s cannot be read",
			    vm->name);
		return;
	}
	is_wrong = judge_places(subject, next, &places, finding);
	joined = strings_join(&places, ", ");
	finding_evidence(finding, source, "%s: %s",
			 next->layout.machine ? next->layout.machine : "no machine type", joined);
	if (is_wrong)
		finding_fix(finding, vm->saved.known ? FIX_AUTOMATIC : FIX_MANUAL, NULL,
			    "take the <address> beside <source> out of the card's <hostdev> "
			    "elements of VM %s: libvirt then chooses one that fits",
			    vm->name);
	judge_firmware(subject, next, is_wrong, finding);
	finding_say(finding, VERDICT_PASS, "VM %s puts %s%s", vm->name, joined,
		    next->layout.chipset == CHIPSET_I440FX
			    ? " (i440fx: as a device of conventional PCI)"
			    : "");
}

const struct probe vm_address_probe = {
	.id = "vm.address",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "the guest finds the card where the definition puts it",
	.needs = "vm.hostdev",
	.meaning =
		"Beside <source>, where the function is on the host, a <hostdev> may have an <address>: "
		"where it shall be in the guest. Two devices at one address, a slot that the bus lacks, "
		"and a function 1 without a function 0 are no places for it: libvirt or QEMU refuses "
		"them, or the guest never looks there. With <address type='unassigned'/> libvirt takes "
		"the function from the host and gives it to nobody. On q35 the place for a card is a "
		"root port: on pcie-root itself it passes for a part of the chipset, without a link, "
		"and behind a bridge of conventional PCI QEMU hides that it is PCI Express. Firmware "
		"has to find room for large BARs: OVMF does it with the virtual CPU's address width in "
		"mind, SeaBIOS only since 1.16.3 of November 2023.",
	.by_hand = "$ virsh dumpxml --inactive VM\n"
		   "Look at the <address> of each <hostdev>, at the <controller type='pci'> whose "
		   "index is its bus, at machine= in <type>, and at whether <os> says "
		   "firmware='efi' or has a <loader>. The tree that came of it, in the guest:\n"
		   "$ lspci -t",
	.remedy = "Take the <address> beside <source> out (not the one within it): libvirt "
		  "chooses a free place that fits, and adds a root port where none is left. The "
		  "guest may give the card's network or display new names.\n"
		  "$ virsh edit VM",
	.pitfalls = "An address whose bus has no <controller> is none of these: libvirt adds the "
		    "controllers up to it. multifunction='on' for function 0 is set by libvirt "
		    "where another function of the slot is used; multifunction='off' in the "
		    "definition is kept, and QEMU then refuses.\n"
		    "libvirt refuses most clashes when a definition is saved: they are met in "
		    "files that were edited below /etc/libvirt/qemu, whose VM is missing from "
		    "virsh list after the next start of libvirtd. What <qemu:commandline> adds is "
		    "unknown to libvirt, and may clash with what it chooses.\n"
		    "On an i440fx machine a card is shown on a conventional bus: most drivers put "
		    "up with it, but the extended configuration space, and with it atomics, "
		    "resizable BARs and error reporting, is missing.\n"
		    "Whether a card's option ROM is made for SeaBIOS (legacy) or for OVMF (UEFI) "
		    "only matters where the card is to show the boot itself.",
	.run = run,
};
