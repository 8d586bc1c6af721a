/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All fixers, and the plan they make of a run's failures. */
#ifndef GPUCHECK_FIXERS_REGISTRY_H
#define GPUCHECK_FIXERS_REGISTRY_H

#include "engine/run.h"
#include "fixers/fixer.h"

/* NULL for a check that no fixer mends. */
const struct fixer *fixer_find(const char *check);

/*
 * Propose what mends the failures and warnings of an outcome. checks: only these ids and stages are
 * mended, all when empty. What is not in the plan is said in its lists; what is refused leaves
 * nothing else in it. *plan is empty, or freed.
 */
void fixers_propose(struct host *host, const struct outcome *outcome, const struct targets *targets,
		    const struct strings *checks, bool may_disrupt, struct plan *plan);

#endif
