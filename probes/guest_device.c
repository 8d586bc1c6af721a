/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.device: the guest's PCI bus shows every function that was passed. */
#include "base/alloc.h"
#include "host/pci/pci_names.h"
#include "host/vm/guests.h"
#include "probes/answering_guest.h"
#include "probes/probe.h"

/* The VM may hold several functions of one id, from this card and others. */
static size_t count_passed(const struct subject *subject, uint16_t vendor, uint16_t device)
{
	const struct vm_definition *live = &subject->vm->live;
	size_t count = 0;

	for (size_t i = 0; i < live->count; i++) {
		struct pci_function *one = pci_find(subject->host, &live->hostdevs[i].source);
		uint16_t own_vendor, own_device;

		if (one && pci_ids(subject->host, one, &own_vendor, &own_device, NULL) == 0)
			count += own_vendor == vendor && own_device == device;
	}
	return count;
}

/* Where the guest has functions of this id: "0000:05:00.0 (radeon)", one after the other. */
static char *find_in_guest(const struct guest *guest, uint16_t vendor, uint16_t device,
			   size_t *ret_count)
{
	_cleanup_strings_ struct strings places = { 0 };

	for (const struct guest_function *one = guest_next(guest, vendor, device, NULL); one;
	     one = guest_next(guest, vendor, device, one))
		strings_take(&places, xasprintf("%s (%s)", one->address,
						one->driver ? one->driver : "no driver"));
	*ret_count = places.count;
	return strings_join(&places, ", ");
}

static void judge(const struct subject *subject, const struct guest *guest,
		  struct pci_function *function, struct strings *seen, struct finding *finding)
{
	_cleanup_free_ char *who = pci_describe(subject->host, function), *places = NULL;
	size_t passed, found;
	uint16_t vendor, device;
	struct error error;

	if (pci_ids(subject->host, function, &vendor, &device, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (!vm_find_hostdev(&subject->vm->live, &function->address)) {
		finding_say(finding, VERDICT_FAIL, "the running VM %s was not handed %s",
			    subject->vm->name, who);
		return;
	}
	passed = count_passed(subject, vendor, device);
	places = find_in_guest(guest, vendor, device, &found);
	finding_evidence(finding, "the guest's sysfs", "%04x:%04x: %s", vendor, device,
			 found ? places : "not there");
	if (found >= passed)
		strings_take(seen, xasprintf("%04x:%04x at %s", vendor, device, places));
	else if (!found)
		finding_say(finding, VERDICT_FAIL, "the guest (%s) does not show %s", guest->target,
			    who);
	else
		finding_say(
			finding, VERDICT_FAIL,
			"the guest (%s) shows %zu of the %zu functions %04x:%04x that VM %s was "
			"handed",
			guest->target, found, passed, vendor, device, subject->vm->name);
}

static void judge_card(const struct subject *subject, const struct guest *guest,
		       struct finding *finding)
{
	_cleanup_strings_ struct strings seen = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < subject->card->count; i++) {
		struct pci_function *function = subject->card->functions[i];

		/* What was not passed is vm.functions' affair, and vm.pending's. */
		if (i == 0 || vm_find_hostdev(&subject->vm->live, &function->address))
			judge(subject, guest, function, &seen, finding);
	}
	joined = strings_join(&seen, "; ");
	if (finding->verdict == VERDICT_FAIL)
		finding_fix(
			finding, FIX_DISRUPTIVE, NULL,
			"see vm.pending first; then shut VM %s down, start it, and read the guest's "
			"kernel log for the device",
			subject->vm->name);
	finding_say(finding, VERDICT_PASS, "the guest (%s) shows %s", guest->target, joined);
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct guest *guest = answering_guest(subject, finding);

	if (guest)
		judge_card(subject, guest, finding);
}

const struct probe guest_device_probe = {
	.id = "guest.device",
	.stage = STAGE_GUEST,
	.scope = SCOPE_VM,
	.title = "the guest sees the card",
	.needs = "guest.ssh",
	.meaning =
		"The end of the chain: the guest's PCI bus shows every function the VM was handed, by "
		"vendor and device id, at least as many as were passed. Addresses inside differ from "
		"those of the host.",
	.by_hand = "$ ssh GUEST lspci -nn\n"
		   "Look for the ids that the host shows:\n"
		   "$ lspci -nns 01:00",
	.remedy = "Shut the VM down and start it, so that it runs the saved definition "
		  "(vm.pending). Then read the guest's kernel log:\n"
		  "$ ssh GUEST sudo dmesg",
	.pitfalls =
		"A vGPU shows another device id. Listed is not usable: without a driver, or with "
		"unassigned BARs, the card does nothing; guest.bars and guest.driver tell.",
	.run = run,
};
