/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.running: the VM runs. */
#include "base/alloc.h"
#include "host/vm/qemu_log.h"
#include "probes/probe.h"
#include "probes/start_errors.h"
#include "probes/virsh.h"

#include <string.h>

/* What brings a VM from this state to running. */
static const char *verb_for(const char *state)
{
	if (!strcmp(state, "paused"))
		return "resume";
	return !strcmp(state, "suspended") ? "dompmwakeup" : "start";
}

/* The end of a line of the log: QEMU's message stands behind the device it is about. */
static const char *end_of(const char *line)
{
	const size_t most = 400, length = strlen(line);

	return length > most ? line + (length - most) : line;
}

/* What went wrong in the last run, as the words behind the state; "" when nothing known did. */
static char *last_failure(const struct subject *subject, struct finding *finding)
{
	const struct vm *vm = subject->vm;
	_cleanup_free_ char *path = qemu_log_path(vm->name);
	_cleanup_(qemu_run_free) struct qemu_run last = { 0 };
	const struct start_error *known;
	const char *line, *what;

	/* The log only explains: what keeps it from being read is no matter. */
	if (vm->active || qemu_log_read(subject->host, vm->name, &last, NULL) < 0 || !last.ended)
		return xstrdup("");
	if (!strcmp(last.ended, "failed"))
		what = "its last start failed";
	else if (!strcmp(last.ended, "crashed"))
		what = "its last run crashed";
	else
		return xstrdup("");
	finding_evidence(finding, path, "started %s, shutting down, reason=%s",
			 last.started ? last.started : "before what was read", last.ended);
	known = start_error_find(&last.lines, &line);
	if (!known)
		return xasprintf(", and %s", what);
	finding_evidence(finding, path, "%s", end_of(line));
	return xasprintf(", and %s: %s%s%s%s", what, known->meaning, known->checks ? " (see " : "",
			 known->checks ? known->checks : "", known->checks ? ")" : "");
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct vm *vm = subject->vm;
	_cleanup_free_ char *source = virsh_command("domstate", vm);
	_cleanup_free_ char *command = virsh_command(verb_for(vm->state), vm);
	_cleanup_free_ char *failure = NULL;

	finding_evidence(finding, source, "%s", vm->state);
	if (vm->running) {
		finding_say(finding, VERDICT_PASS, "VM %s is running", vm->name);
		return;
	}
	if (!strcmp(vm->state, "unknown")) {
		finding_say(finding, VERDICT_ERROR, "the state of VM %s cannot be told", vm->name);
		return;
	}
	failure = last_failure(subject, finding);
	finding_say(finding, VERDICT_FAIL, "VM %s is %s%s", vm->name, vm->state, failure);
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
	.by_hand = "$ virsh domstate VM\n"
		   "$ virsh list --all",
	.remedy = "$ virsh start VM\n"
		  "When that fails, run gpucheck again, as root: it reads the end of "
		  "/var/log/libvirt/qemu/VM.log, says which check a known message of QEMU "
		  "belongs to, and shows that line.",
	.pitfalls = "A VM can be \"running\" and hang in firmware, in the card's option ROM: "
		    "guest.ssh says more. What libvirt itself refuses (\"PCI device … is in use by "
		    "driver …\") never reaches QEMU, so its log then tells of an earlier start; "
		    "the time is shown with it.",
	.run = run,
};
