/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.pending, vm.running, guest.device: start the VM, or shut it down and start it. */
#include "fixers/fixer.h"

#include <errno.h>
#include <string.h>

/* A failed check before the VM, of the host or of this card, with which no start can succeed. */
static const char *obstacle(const struct repair *repair)
{
	const char *gpu = repair->subject.card->functions[0]->name;

	for (size_t i = 0; i < repair->outcome->count; i++) {
		const struct result *result = &repair->outcome->results[i];
		const char *id = result->id;

		if (result->finding.verdict != VERDICT_FAIL ||
		    (result->gpu && strcmp(result->gpu, gpu) != 0))
			continue;
		/* Without a reset it starts once more, or may: that is for its owner to try. */
		if (!strcmp(id, "driver.reset"))
			continue;
		if (result->stage < STAGE_DISPLAY || !strcmp(id, "vm.conflict") ||
		    !strcmp(id, "vm.hostdev"))
			return id;
	}
	return NULL;
}

static enum action_kind action_for(const struct repair *repair)
{
	const struct vm *vm = repair->subject.vm;

	if (!vm->active)
		return ACTION_START_VM;
	/* A VM that runs something else than what is saved needs a new process, paused or not. */
	if (strcmp(repair->check, "vm.running") != 0)
		return ACTION_RESTART_VM;
	return ACTION_RESUME_VM;
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	static const char *const verbs[] = {
		[ACTION_START_VM] = "started",
		[ACTION_RESTART_VM] = "shut down and started",
		[ACTION_RESUME_VM] = "resumed",
	};
	const struct vm *vm = repair->subject.vm;
	enum action_kind action;
	const char *missing;

	/* Removing a saved state loses what ran in the VM: that is not ours to do. */
	if (!vm || vm->managed_save || !host_is_live(repair->subject.host))
		return FIXER_BY_HAND;
	missing = obstacle(repair);
	if (missing) {
		error_set(error, EAGAIN, "VM %s can only be started with the card once %s passes",
			  vm->name, missing);
		return FIXER_REFUSED;
	}
	action = action_for(repair);
	if (!repair->may_disrupt) {
		error_set(error, EPERM, "VM %s would be %s (--allow-disruption)", vm->name,
			  verbs[action]);
		return FIXER_WITHHELD;
	}
	plan_add_action(plan, action, vm->name, NULL);
	plan_say(&plan->steps, "%s: VM %s is %s", repair->check, vm->name, verbs[action]);
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "vm.pending", "vm.running", "guest.device", NULL };

const struct fixer restart_fixer = {
	.checks = checks,
	.does = "Only with --allow-disruption, once every check before the VM passes: starts the VM, resumes "
		"it, or asks its guest to shut down (never by force, five minutes at most) and starts it "
		"again. A managed save stays: to remove it loses what ran in the VM.",
	.risk = RISK_AT_ONCE,
	.disruptive = true,
	.propose = propose,
};
