/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm.address: drop the guest addresses that do not serve, so that libvirt chooses others. */
#include "base/alloc.h"
#include "fixers/definition.h"
#include "host/vm/vm_changes.h"
#include "probes/guest_place.h"

#include <stdlib.h>

/* Those of the card's functions whose address is to go; sources has room for all. */
struct misplaced {
	struct pci_address *sources;
	size_t count;
};

static bool has(const struct misplaced *misplaced, const struct pci_address *source)
{
	for (size_t i = 0; i < misplaced->count; i++)
		if (pci_address_compare(&misplaced->sources[i], source) == 0)
			return true;
	return false;
}

static int find_wrong(const struct repair *repair, struct misplaced *ret, struct error *error)
{
	const struct vm_definition *next = vm_next_definition(repair->subject.vm);
	const struct card *card = repair->subject.card;
	int r = 0;

	for (size_t i = 0; r == 0 && i < card->count; i++) {
		_cleanup_free_ char *why = NULL;
		enum guest_place place;

		r = guest_place_of(repair->subject.host, next, card->functions[i], &place, &why,
				   error);
		if (r == 0 && place != PLACE_GOOD)
			ret->sources[ret->count++] = card->functions[i]->address;
	}
	return r;
}

/* A function that shares the guest's slot with one of them goes along: its function 0 may go. */
static void add_mates(const struct repair *repair, struct misplaced *misplaced)
{
	const struct vm_definition *next = vm_next_definition(repair->subject.vm);
	const struct card *card = repair->subject.card;
	const size_t wrong = misplaced->count;

	for (size_t i = 0; i < card->count; i++) {
		const struct vm_hostdev *own = vm_find_hostdev(next, &card->functions[i]->address);

		for (size_t k = 0; own && own->has_guest && k < wrong; k++) {
			const struct vm_hostdev *other = vm_find_hostdev(next,
									 &misplaced->sources[k]);

			if (other->has_guest && !has(misplaced, &own->source) &&
			    pci_address_same_slot(&other->guest, &own->guest))
				misplaced->sources[misplaced->count++] = own->source;
		}
	}
}

static int find_misplaced(const struct repair *repair, struct misplaced *ret, struct error *error)
{
	int r;

	ret->count = 0;
	ret->sources = xcalloc(repair->subject.card->count, sizeof(*ret->sources));
	r = find_wrong(repair, ret, error);
	if (r == 0)
		add_mates(repair, ret);
	else
		free(ret->sources);
	return r;
}

static int edit(const struct repair *repair, const char *xml, char **ret, struct error *error)
{
	struct misplaced misplaced;
	int r = find_misplaced(repair, &misplaced, error);

	if (r < 0)
		return r;
	r = vm_definition_drop(xml, misplaced.sources, misplaced.count, ret, error);
	free(misplaced.sources);
	return r;
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	const struct vm *vm = repair->subject.vm;
	struct misplaced misplaced;

	if (!vm)
		return FIXER_BY_HAND;
	if (definition_is_saved(vm, error) < 0 || find_misplaced(repair, &misplaced, error) < 0)
		return FIXER_REFUSED;
	free(misplaced.sources);
	/* It is the firmware, then. */
	if (!misplaced.count)
		return FIXER_BY_HAND;
	if (definition_change(repair, plan, edit, error) < 0)
		return FIXER_REFUSED;
	plan_say(&plan->steps, "%s: libvirt chooses anew where VM %s has %s", repair->check,
		 vm->name, repair->subject.card->functions[0]->name);
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "vm.address", NULL };

const struct fixer address_fixer = {
	.checks = checks,
	.does = "Takes the guest's <address> out of the card's <hostdev> elements that have no good one, "
		"and out of those that share its slot; nothing else in the definition changes. Saving it, "
		"libvirt chooses free addresses that fit. A VM that runs keeps its own until its next "
		"start. Firmware is left to you.",
	.risk = RISK_DEFINITION,
	.propose = propose,
};
