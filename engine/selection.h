/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which probes run: those asked for by id or stage, with what they need. */
#ifndef GPUCHECK_ENGINE_SELECTION_H
#define GPUCHECK_ENGINE_SELECTION_H

#include "base/error.h"
#include "base/strings.h"
#include "probes/probe.h"

#include <stdbool.h>

struct selection {
	bool *wanted;   /* in step with the catalogue */
	bool has_gpu;   /* some wanted probe asks about a GPU, */
	bool has_vm;    /* about a VM, */
	bool has_guest; /* about a guest */
};

/*
 * checks: ids and stages, all when empty. A check comes with the checks it needs, so that a broken
 * prerequisite is a failure here and not a skip that looks like success. -EINVAL with the word that
 * is no check, or one that lies behind `through`.
 */
int selection_make(const struct strings *checks, enum stage through, struct selection *ret,
		   struct error *error);
void selection_free(struct selection *selection);

#endif
