/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run: the wanted probes, in order, about every target. Its outcome is all a report needs. */
#ifndef GPUCHECK_ENGINE_RUN_H
#define GPUCHECK_ENGINE_RUN_H

#include "engine/selection.h"
#include "engine/target.h"
#include "probes/probe.h"

#include <stdbool.h>
#include <time.h>

struct result {
	const struct probe *probe;
	char *gpu; /* full address, NULL for a check of the host */
	char *vm;  /* name, NULL for a check that is not about a VM */
	struct finding finding;
};

/* A card in words, for the head of a report. */
struct card_name {
	char *gpu;        /* address */
	char *name;       /* maker, model, ids */
	char *companions; /* "address name [id], …", "" without any */
};

struct outcome {
	char *host;
	time_t time; /* SOURCE_DATE_EPOCH where it is set, so that a recorded run can be repeated */
	struct card_name *cards;
	size_t card_count;
	struct result *results;
	size_t count;
	size_t counts[VERDICTS];
	bool strict; /* a warning counts as a failure */
	bool no_gpu; /* checks of a GPU were asked for and there is none */
	int status;  /* exit status */
};

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
void outcome_free(struct outcome *outcome);

/* Whether the verdict counts against the host in this run. */
bool counts_as_failure(const struct outcome *outcome, enum verdict verdict);

/* Exit statuses, the same in every mode. */
enum { STATUS_PASSED = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_NOT_MEASURED = 3 };

#endif
