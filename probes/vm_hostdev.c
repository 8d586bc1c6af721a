/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.hostdev: the VM's saved definition passes the GPU. */
#include "base/alloc.h"
#include "host/pci/pci_names.h"
#include "probes/hostdev_fix.h"
#include "probes/probe.h"
#include "probes/virsh.h"

#include <stdlib.h>

enum { MAX_TOLD = 3 };

/* Names of the VMs that hold the GPU, or of all. */
static char *join_names(const struct vms *vms, const struct pci_address *gpu, size_t *ret_count)
{
	_cleanup_strings_ struct strings names = { 0 };

	for (size_t i = 0; i < vms->count; i++)
		if (!gpu || vm_holds(&vms->items[i], gpu))
			strings_add(&names, vms->items[i].name);
	*ret_count = names.count;
	return strings_join(&names, ", ");
}

static void say_broken(const struct vms *vms, struct finding *finding)
{
	for (size_t i = 0; i < vms->count; i++) {
		const struct vm *vm = &vms->items[i];

		if (vm->broken.count)
			finding_say(finding, VERDICT_ERROR,
				    "the definition of VM %s cannot be read: %s", vm->name,
				    vm->broken.items[0]);
	}
}

/* No VM was named and none could be chosen: say why. */
static void say_no_vm(const struct subject *subject, const struct vms *vms, struct finding *finding)
{
	const struct pci_address *gpu = &subject->card->functions[0]->address;
	_cleanup_free_ char *holders = NULL, *all = NULL;
	size_t holding, count;

	holders = join_names(vms, gpu, &holding);
	all = join_names(vms, NULL, &count);
	if (vms->source == VMS_NO_LIBVIRT) {
		finding_say(finding, VERDICT_FAIL, "libvirt is not installed on this host");
		finding_fix(finding, FIX_MANUAL, "apt install libvirt-daemon-system",
			    "install libvirt and define a VM");
	} else if (vms->source == VMS_NOT_RECORDED) {
		finding_say(finding, VERDICT_SKIP,
			    "virtual machines are not recorded here (no "
			    "/etc/libvirt)");
	} else if (!count) {
		finding_say(finding, VERDICT_FAIL, "libvirt knows no VM%s%s",
			    vms->uri ? " at " : "", vms->uri ? vms->uri : "");
		finding_fix(finding, FIX_MANUAL, NULL,
			    "define a VM (virt-install, virt-manager) and pass the card to it");
	} else if (holding) {
		finding_say(finding, VERDICT_ERROR,
			    "%zu VMs pass the card (%s): name the one to check with --vm", holding,
			    holders);
	} else {
		finding_say(finding, VERDICT_FAIL, "none of the VMs (%s) passes the card", all);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "name the VM that is to have the card with --vm");
	}
	say_broken(vms, finding);
}

/*
 * A source is an address only: when a card is added or a slot changes, another device may have it,
 * or none. Those of the definition that no function of the card has, as " (it passes …)", "" when
 * there are none. *ret_gone is the first one that no device has.
 */
static char *tell_others(const struct subject *subject, const struct vm_definition *definition,
			 const struct pci_address **ret_gone)
{
	_cleanup_strings_ struct strings others = { 0 };
	_cleanup_free_ char *joined = NULL;
	size_t count = 0;

	*ret_gone = NULL;
	for (size_t i = 0; i < definition->count; i++) {
		const struct pci_address *source = &definition->hostdevs[i].source;
		struct pci_function *function;
		char text[PCI_ADDRESS_SIZE];

		if (card_has(subject->card, source))
			continue;
		function = pci_find(subject->host, source);
		if (!function && !*ret_gone)
			*ret_gone = source;
		if (count++ >= MAX_TOLD)
			continue;
		pci_address_format(source, text);
		strings_take(&others, function ? pci_describe(subject->host, function)
					       : xasprintf("%s, where no device is", text));
	}
	joined = strings_join(&others, " and ");
	if (count > others.count)
		return xasprintf(" (it passes %s and %zu more)", joined, count - others.count);
	return count ? xasprintf(" (it passes %s)", joined) : xstrdup("");
}

/* The start of a VM fails with a source that is not there. */
static void judge_others(const struct vm *vm, const struct pci_address *gone,
			 struct finding *finding)
{
	_cleanup_free_ char *command = virsh_command("edit", vm);
	char text[PCI_ADDRESS_SIZE];

	if (!gone)
		return;
	pci_address_format(gone, text);
	finding_say(finding, VERDICT_WARN,
		    "VM %s also passes %s, where this host has no device: it will not start",
		    vm->name, text);
	finding_fix(finding, FIX_MANUAL, command,
		    "take the <hostdev> of %s out of VM %s, or give it the address that the device "
		    "has now",
		    text, vm->name);
}

static void judge(const struct subject *subject, struct finding *finding)
{
	const struct pci_function *gpu = subject->card->functions[0];
	const struct vm *vm = subject->vm;
	const struct vm_definition *next = vm_next_definition(vm);
	_cleanup_free_ char *source = virsh_command("dumpxml --inactive", vm);
	const struct vm_hostdev *hostdev;
	const struct pci_address *gone;
	_cleanup_free_ char *others = NULL;

	if (!next->known || (vm->broken.count && !vm->saved.known)) {
		finding_say(finding, VERDICT_ERROR, "the definition of VM %s cannot be read%s%s",
			    vm->name, vm->broken.count ? ": " : "",
			    vm->broken.count ? vm->broken.items[0] : "");
		return;
	}
	hostdev = vm_find_hostdev(next, &gpu->address);
	others = tell_others(subject, next, &gone);
	finding_evidence(finding, source, "%s", hostdev ? gpu->name : "no hostdev for the card");
	if (hostdev && !vm->saved.known)
		finding_say(finding, VERDICT_WARN,
			    "VM %s passes %s and is transient: nothing of it is left once it stops",
			    vm->name, gpu->name);
	if (hostdev) {
		judge_others(vm, gone, finding);
		finding_say(finding, VERDICT_PASS, "VM %s passes %s%s", vm->name, gpu->name,
			    hostdev->managed ? ""
					     : " (managed='no': it must be on vfio-pci first)");
		return;
	}
	if (vm_has_on_commandline(next, &gpu->address))
		finding_say(
			finding, VERDICT_FAIL,
			"VM %s passes %s by <qemu:commandline>, which libvirt neither checks nor "
			"prepares: it is no hostdev",
			vm->name, gpu->name);
	else if (vm_find_hostdev(&vm->live, &gpu->address))
		finding_say(
			finding, VERDICT_FAIL,
			"VM %s has %s now, but its saved definition does not: it will be gone at "
			"the next start",
			vm->name, gpu->name);
	else
		finding_say(finding, VERDICT_FAIL, "VM %s does not pass %s%s", vm->name, gpu->name,
			    others);
	hostdev_fix(subject, finding);
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct vms *vms;
	struct error error;

	if (vms_read(subject->host, &vms, &error) < 0)
		finding_say_error(finding, &error);
	else if (!subject->vm)
		say_no_vm(subject, vms, finding);
	else
		judge(subject, finding);
}

const struct probe vm_hostdev_probe = {
	.id = "vm.hostdev",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "the VM's saved definition passes the card",
	.meaning =
		"libvirt hands a PCI function to a VM by a <hostdev> element whose <source> is the "
		"function's address on the host. What counts is the saved definition, from which "
		"the VM starts next.",
	.by_hand = "$ virsh dumpxml --inactive VM\n"
		   "Look for <hostdev … type='pci'> with the card's domain, bus, slot and "
		   "function. What the host has:\n"
		   "$ virsh nodedev-list --cap pci",
	.remedy = "Add one <hostdev mode='subsystem' type='pci' managed='yes'> for each function "
		  "of the card, without an <address> of its own beside <source>:\n"
		  "$ virsh edit VM",
	.pitfalls =
		"Addresses in the XML are hexadecimal with 0x, decimal without. The <address> beside "
		"<source> is where the guest will see it, not where it is. A device on "
		"<qemu:commandline> is no hostdev. Adding or moving a card changes addresses, and the "
		"definition then passes what has the old one now. qemu:///session has other VMs than "
		"qemu:///system.",
	.run = run,
};
