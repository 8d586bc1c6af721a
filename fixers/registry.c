/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All fixers. A new one is a file beside this one and a line here. */
#include "fixers/registry.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define FIXERS(FIXER)                 \
	FIXER(kernel_arguments_fixer) \
	FIXER(bind_fixer)             \
	FIXER(stop_services_fixer)    \
	FIXER(xorg_fixer)             \
	FIXER(boot_framebuffer_fixer) \
	FIXER(hostdev_fixer)          \
	FIXER(address_fixer)          \
	FIXER(address_width_fixer)    \
	FIXER(restart_fixer)

#define DECLARE(name) extern const struct fixer name;
#define ADDRESS(name) &name,

FIXERS(DECLARE)

static const struct fixer *const fixers[] = { FIXERS(ADDRESS) };

const struct fixer *fixer_find(const char *check)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixers); i++)
		for (const char *const *id = fixers[i]->checks; *id; id++)
			if (!strcmp(*id, check))
				return fixers[i];
	return NULL;
}

static const struct target *target_of(const struct targets *targets, const char *gpu)
{
	for (size_t i = 0; gpu && i < targets->count; i++)
		if (!strcmp(targets->items[i].card.functions[0]->name, gpu))
			return &targets->items[i];
	return NULL;
}

static bool is_wanted(const struct result *result, const struct strings *checks)
{
	return !checks->count || strings_have(checks, result->id) ||
	       strings_have(checks, stage_name(result->stage));
}

/* "driver.vfio 0000:01:00.0", or "vm.hostdev 0000:01:00.0 in guest". */
static char *name_of(const struct result *result)
{
	return xasprintf("%s%s%s%s%s", result->id, result->gpu ? " " : "",
			 result->gpu ? result->gpu : "", result->vm ? ", VM " : "",
			 result->vm ? result->vm : "");
}

static void say_by_hand(const struct result *result, const char *name, struct plan *plan)
{
	const struct finding *finding = &result->finding;

	if (finding->fix_summary)
		plan_say(&plan->by_hand, "%s: %s%s%s%s", name, finding->fix_summary,
			 finding->fix_command ? " (" : "",
			 finding->fix_command ? finding->fix_command : "",
			 finding->fix_command ? ")" : "");
}

/* NULL, or why it is refused, for the caller to free; then the plan may have half of it. */
static char *mend(struct host *host, const struct outcome *outcome, const struct target *target,
		  const struct result *result, bool may_disrupt, struct plan *plan)
{
	const struct fixer *fixer = fixer_find(result->id);
	const struct repair repair = {
		.subject = {
			.host = host,
			.card = target ? &target->card : NULL,
			.vm = target && result->vm ? target->vm : NULL,
		},
		.check = result->id,
		.finding = &result->finding,
		.outcome = outcome,
		.rom_off = target && target->section && target->section->rom_off,
		.may_disrupt = may_disrupt,
	};
	_cleanup_free_ char *name = name_of(result);
	struct error error = { 0 };

	switch (fixer ? fixer->propose(&repair, plan, &error) : FIXER_BY_HAND) {
	case FIXER_PROPOSED:
		break;
	case FIXER_IN_PLACE:
		plan_say(&plan->reboot, "%s: what mends it is in place and waits for the next boot",
			 name);
		break;
	case FIXER_BY_HAND:
		say_by_hand(result, name, plan);
		break;
	case FIXER_REFUSED:
		return xasprintf("%s: %s", name, error.text);
	case FIXER_WITHHELD:
		plan_say(&plan->withheld, "%s: %s", name, error.text);
		break;
	}
	return NULL;
}

static bool is_to_mend(const struct result *result, const struct strings *checks)
{
	return (result->finding.verdict == VERDICT_FAIL ||
		result->finding.verdict == VERDICT_WARN) &&
	       is_wanted(result, checks);
}

void fixers_propose(struct host *host, const struct outcome *outcome, const struct targets *targets,
		    const struct strings *checks, bool may_disrupt, struct plan *plan)
{
	char **refusals = xcalloc(outcome->count, sizeof(*refusals));
	bool again;

	/* Whatever is refused leaves nothing in the plan: it is made anew without that. */
	do {
		again = false;
		plan_free(plan);
		for (size_t i = 0; i < outcome->count; i++) {
			const struct result *result = &outcome->results[i];

			if (refusals[i]) {
				plan_say(&plan->refused, "%s", refusals[i]);
				continue;
			}
			if (!is_to_mend(result, checks))
				continue;
			refusals[i] = mend(host, outcome, target_of(targets, result->gpu), result,
					   may_disrupt, plan);
			again |= refusals[i] != NULL;
		}
	} while (again);
	for (size_t i = 0; i < outcome->count; i++)
		free(refusals[i]);
	free(refusals);
}
