/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which probes run: those asked for by id or stage, with what they need. */
#include "engine/selection.h"

#include "base/alloc.h"
#include "engine/suggestion.h"
#include "probes/catalogue.h"

#include <errno.h>
#include <stdlib.h>

/* The probe and, transitively, what it needs. A probe stands behind what it needs in the catalogue.
 */
static void want(struct selection *selection, const struct probe *probe)
{
	for (size_t i = catalogue_count; probe && i-- > 0;) {
		if (catalogue[i] != probe)
			continue;
		selection->wanted[i] = true;
		selection->has_gpu |= probe->scope != SCOPE_HOST;
		selection->has_vm |= probe->scope == SCOPE_VM;
		selection->has_guest |= probe->stage == STAGE_GUEST;
		probe = probe->needs ? catalogue_find(probe->needs) : NULL;
	}
}

static void want_stage(struct selection *selection, enum stage first, enum stage last)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (catalogue[i]->stage >= first && catalogue[i]->stage <= last)
			want(selection, catalogue[i]);
}

static int want_named(struct selection *selection, const char *name, enum stage through,
		      struct error *error)
{
	const struct probe *probe = catalogue_find(name);
	enum stage stage = STAGE_HOST;

	if (!probe && !stage_find(name, &stage)) {
		_cleanup_free_ char *instead = suggest_check(name);

		return error_set(error, EINVAL, "%.100s: no such check or stage; %s", name,
				 instead);
	}
	stage = probe ? probe->stage : stage;
	if (stage > through)
		return error_set(error, EINVAL,
				 "%s lies behind --through %s; it takes --through %s", name,
				 stage_name(through), stage_name(stage));
	if (probe)
		want(selection, probe);
	else
		want_stage(selection, stage, stage);
	return 0;
}

int selection_make(const struct strings *checks, enum stage through, struct selection *ret,
		   struct error *error)
{
	struct selection selection = { .wanted = xcalloc(catalogue_count, sizeof(bool)) };
	int r = 0;

	if (!checks->count)
		want_stage(&selection, STAGE_HOST, through);
	for (size_t i = 0; r == 0 && i < checks->count; i++)
		r = want_named(&selection, checks->items[i], through, error);
	if (r < 0) {
		selection_free(&selection);
		return r;
	}
	*ret = selection;
	return 0;
}

void selection_free(struct selection *selection)
{
	free(selection->wanted);
	*selection = (struct selection){ 0 };
}
