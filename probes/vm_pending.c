/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.pending: the VM that runs is the one that is saved. */
#include "base/alloc.h"
#include "probes/guest_place.h"
#include "probes/probe.h"
#include "probes/virsh.h"

/* Say each PCI source that `has` passes and `lacks` does not. */
static void compare(const struct vm_definition *has, const struct vm_definition *lacks,
		    const char *what, struct finding *finding)
{
	for (size_t i = 0; i < has->count; i++) {
		char source[PCI_ADDRESS_SIZE];

		if (vm_find_hostdev(lacks, &has->hostdevs[i].source))
			continue;
		pci_address_format(&has->hostdevs[i].source, source);
		finding_say(finding, VERDICT_FAIL, "%s %s", source, what);
	}
}

/*
 * A function that is at another place in the guest than it will be. libvirt gives a device that is
 * attached while the VM runs an address in each of the two definitions, so that a mere difference
 * is none that matters; one that the guest cannot see is.
 */
static void compare_place(const struct subject *subject, struct pci_function *function,
			  struct finding *finding)
{
	const struct vm *vm = subject->vm;
	_cleanup_free_ char *now = NULL, *then = NULL;
	enum guest_place live, saved;
	struct error error;

	if (guest_place_of(subject->host, &vm->live, function, &live, &now, &error) < 0 ||
	    guest_place_of(subject->host, &vm->saved, function, &saved, &then, &error) < 0)
		finding_say_error(finding, &error);
	else if (live == PLACE_BAD && saved != PLACE_BAD &&
		 vm_find_hostdev(&vm->saved, &function->address))
		finding_say(finding, VERDICT_FAIL,
			    "in the running VM %s; the saved definition has another place for it",
			    now);
}

static void judge_running(const struct subject *subject, struct finding *finding)
{
	const struct vm *vm = subject->vm;
	_cleanup_free_ char *source = virsh_command("dumpxml", vm);
	_cleanup_free_ char *shutdown = virsh_command("shutdown", vm);
	_cleanup_free_ char *start = virsh_command("start", vm);

	if (!vm->live.known) {
		finding_say(finding, VERDICT_ERROR,
			    "the running definition of VM %s cannot be read", vm->name);
		return;
	}
	finding_evidence(finding, source, "%zu PCI devices, %zu in the saved definition",
			 vm->live.count, vm->saved.count);
	compare(&vm->saved, &vm->live, "is in the saved definition and not in the running VM",
		finding);
	compare(&vm->live, &vm->saved, "is in the running VM and not in the saved definition",
		finding);
	for (size_t i = 0; i < subject->card->count; i++)
		compare_place(subject, subject->card->functions[i], finding);
	if (finding->verdict == VERDICT_FAIL)
		finding_fix(finding, FIX_DISRUPTIVE, NULL,
			    "shut VM %s down (%s), wait until it is off, and start it (%s); a "
			    "reboot from inside keeps the old definition",
			    vm->name, shutdown, start);
	finding_say(finding, VERDICT_PASS, "VM %s runs what is saved", vm->name);
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct vm *vm = subject->vm;
	_cleanup_free_ char *command = virsh_command("managedsave-remove", vm);

	if (!vm->saved.known) {
		finding_say(finding, VERDICT_PASS, "VM %s is transient: nothing else is saved",
			    vm->name);
	} else if (vm->active) {
		judge_running(subject, finding);
	} else if (vm->managed_save) {
		finding_evidence(finding, "virsh managedsave", "has an image of VM %s", vm->name);
		finding_say(
			finding, VERDICT_FAIL,
			"VM %s has a managed save: its next start brings back the state, and the "
			"devices, of then",
			vm->name);
		finding_fix(
			finding, FIX_MANUAL, command,
			"remove the saved state (what ran in the VM is lost) and start it anew");
	} else {
		finding_say(finding, VERDICT_PASS,
			    "VM %s is off: its next start takes what is saved", vm->name);
	}
}

const struct probe vm_pending_probe = {
	.id = "vm.pending",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "the running VM is the saved one",
	.needs = "vm.hostdev",
	.meaning =
		"A change of the saved definition reaches a VM when its QEMU process starts anew. Until "
		"then it runs what it was started with; a function that was put where the guest does not "
		"see it stays there. A managed save (virsh managedsave, or a host that suspends its guests "
		"at shutdown) even brings the old devices back.",
	.by_hand = "$ diff <(virsh dumpxml VM) <(virsh dumpxml --inactive VM)\n"
		   "$ virsh list --all --with-managed-save",
	.remedy = "Shut the VM down, wait until it is off, and start it:\n"
		  "$ virsh shutdown VM\n"
		  "$ virsh start VM\n"
		  "A managed save has to go before the start; what ran in the VM is lost with it:\n"
		  "$ virsh managedsave-remove VM",
	.pitfalls =
		"virsh reboot, and a reboot from inside the guest, keep the QEMU process and with it "
		"the old definition.",
	.run = run,
};
