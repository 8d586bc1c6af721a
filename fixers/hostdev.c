/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.hostdev, vm.functions: pass every function of the card in the VM's saved definition. */
#include "base/alloc.h"
#include "fixers/definition.h"
#include "fixers/refusals.h"
#include "host/vm/vm_changes.h"

#include <stdlib.h>
#include <string.h>

static int edit(const struct repair *repair, const char *xml, char **ret, struct error *error)
{
	const struct card *card = repair->subject.card;
	struct vm_addition *additions = xcalloc(card->count, sizeof(*additions));
	int r;

	/* Only the GPU has the option ROM that the configuration's rom= speaks of. */
	for (size_t i = 0; i < card->count; i++)
		additions[i] = (struct vm_addition){
			.source = card->functions[i]->address,
			.rom_off = i == 0 && repair->rom_off,
		};
	r = vm_definition_edit(xml, additions, card->count, ret, error);
	free(additions);
	return r;
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	const struct vm *vm = repair->subject.vm;
	int r;

	if (!vm)
		return FIXER_BY_HAND;
	/* Then another of its hostdevs is wrong, and whether it may go is not ours to say. */
	if (!strcmp(repair->check, "vm.hostdev") &&
	    vm_find_hostdev(vm_next_definition(vm), &repair->subject.card->functions[0]->address))
		return FIXER_BY_HAND;
	r = definition_is_saved(vm, error);
	if (r == 0)
		r = may_take_card(repair->subject.host, repair->subject.card, error);
	if (r == 0)
		r = passes_only_what_is_spare(repair->subject.host, vm, error);
	if (r == 0)
		r = definition_change(repair, plan, edit, error);
	if (r < 0)
		return FIXER_REFUSED;
	plan_say(&plan->steps, "%s: the saved definition of VM %s passes every function of %s",
		 repair->check, vm->name, repair->subject.card->functions[0]->name);
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "vm.hostdev", "vm.functions", NULL };

const struct fixer hostdev_fixer = {
	.checks = checks,
	.does = "Adds a <hostdev> for every function of the card to the saved definition, which libvirt "
		"validates; nothing else in it changes, and guest addresses are left to libvirt. rom = off "
		"in the configuration's section of the card adds <rom bar='off'/>. A VM that runs gets the "
		"card at its next start. Refused: a definition that passes a disk or network controller which the "
		"host uses, as one does after addresses moved.",
	.risk = RISK_DEFINITION,
	.propose = propose,
};
