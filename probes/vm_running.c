/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.running: the VM runs. */
#include "base/alloc.h"
#include "probes/probe.h"
#include "probes/virsh.h"

#include <string.h>

/* What brings a VM from this state to running. */
static const char *verb_for(const char *state)
{
	if (!strcmp(state, "paused"))
		return "resume";
	return !strcmp(state, "suspended") ? "dompmwakeup" : "start";
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct vm *vm = subject->vm;
	_cleanup_free_ char *source = virsh_command("domstate", vm);
	_cleanup_free_ char *command = virsh_command(verb_for(vm->state), vm);

	finding_evidence(finding, source, "%s", vm->state);
	if (vm->running) {
		finding_say(finding, VERDICT_PASS, "VM %s is running", vm->name);
		return;
	}
	if (!strcmp(vm->state, "unknown")) {
		finding_say(finding, VERDICT_ERROR, "the state of VM %s cannot be told", vm->name);
		return;
	}
	finding_say(finding, VERDICT_FAIL, "VM %s is %s", vm->name, vm->state);
	finding_fix(finding, FIX_DISRUPTIVE, NULL, "%s VM %s (%s)",
		    vm->active ? "let it go on:" : "start", vm->name, command);
}

const struct probe vm_running_probe = {
	.id = "vm.running",
	.stage = STAGE_VM,
	.scope = SCOPE_VM,
	.title = "the VM runs",
	.needs = "vm.hostdev",
	.meaning =
		"Only a running VM shows that the card really arrives. gpucheck never starts one "
		"without being asked.",
	.by_hand = "virsh domstate VM, or the list of virsh list --all.",
	.remedy =
		"virsh start VM. When that is refused, the message names the link that is broken: run "
		"gpucheck again, and look into /var/log/libvirt/qemu/VM.log.",
	.pitfalls =
		"A VM can be \"running\" and hang in firmware: the card's option ROM may stop SeaBIOS "
		"(<rom bar='off'/> in the hostdev helps).",
	.run = run,
};
