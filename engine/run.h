/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run: the wanted probes, in order, about every target. Its outcome is all a report needs. */
#ifndef GPUCHECK_ENGINE_RUN_H
#define GPUCHECK_ENGINE_RUN_H

#include "engine/outcome.h"
#include "engine/selection.h"
#include "engine/target.h"
#include "probes/probe.h"

#include <stdbool.h>

struct question {
	const struct selection *selection;
	struct targets *targets; /* may be empty: then only the checks of the host run */
	const char *vm;          /* named VM, NULL */
	const char *guest;       /* where the guest is, NULL */
	unsigned wait;           /* seconds to keep trying what a VM or guest fails */
	bool strict;
	bool asked; /* checks were named, or are to be mended: what takes long is not left out */
};

/*
 * -ENOENT when a named VM does not exist, -EINVAL when one guest was named for several VMs; then
 * nothing was checked.
 */
int run_checks(struct host *host, const struct question *question, struct outcome *ret,
	       struct error *error);

#endif
