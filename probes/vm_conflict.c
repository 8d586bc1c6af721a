/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.conflict: no other VM takes the card. */
#include "base/alloc.h"
#include "probes/probe.h"
#include "probes/virsh.h"

static const struct pci_function *shared_function(const struct card *card,
						  const struct vm_definition *definition)
{
	for (size_t i = 0; i < card->count; i++)
		if (vm_find_hostdev(definition, &card->functions[i]->address) ||
		    vm_has_on_commandline(definition, &card->functions[i]->address))
			return card->functions[i];
	return NULL;
}

static void judge_other(const struct subject *subject, const struct vm *other,
			struct finding *finding)
{
	const struct pci_function *has = shared_function(subject->card, &other->live);
	const struct pci_function *wants = shared_function(subject->card, &other->saved);
	_cleanup_free_ char *source = virsh_command("dumpxml", other);
	_cleanup_free_ char *command = virsh_command("shutdown", other);

	if (other->broken.count)
		finding_say(finding, VERDICT_ERROR,
			    "a definition of VM %s cannot be read, so it may have the card: %s",
			    other->name, other->broken.items[0]);
	if (!has && !wants)
		return;
	finding_evidence(finding, source, "%s (%s)", has ? has->name : wants->name, other->state);
	if (other->active && has) {
		finding_say(finding, VERDICT_FAIL, "VM %s is %s and has %s", other->name,
			    other->state, has->name);
		finding_fix(finding, FIX_MANUAL, command,
			    "shut VM %s down, or take the card out of its definition", other->name);
		return;
	}
	finding_say(finding, VERDICT_WARN,
		    "VM %s also passes %s: only one of the two can run at a time", other->name,
		    wants ? wants->name : has->name);
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct vms *vms;
	struct error error;

	if (vms_read(subject->host, &vms, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	for (size_t i = 0; i < vms->count; i++)
		if (&vms->items[i] != subject->vm)
			judge_other(subject, &vms->items[i], finding);
	finding_say(finding, VERDICT_PASS, "no other VM passes the card");
}

const struct probe vm_conflict_probe = {
	.id = "vm.conflict",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "no other VM has the card",
	.needs = "vm.hostdev",
	.meaning =
		"A card can be in one running VM. Several definitions may name it; the second VM to "
		"start is refused.",
	.by_hand = "$ for vm in $(virsh list --all --name); do virsh dumpxml $vm | grep -q "
		   "\"bus='0x01'\" && echo $vm; done",
	.remedy = "Shut the other VM down, or take the <hostdev> out of its definition:\n"
		  "$ virsh shutdown OTHER\n"
		  "$ virsh edit OTHER",
	.pitfalls =
		"\"Requested operation is not valid: PCI device is in use by driver QEMU, domain …\" is "
		"this. A paused VM still has the card.",
	.run = run,
};
