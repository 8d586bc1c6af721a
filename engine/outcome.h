/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run found about one host: all that a report needs, and what one can be read back into. */
#ifndef GPUCHECK_ENGINE_OUTCOME_H
#define GPUCHECK_ENGINE_OUTCOME_H

#include "probes/finding.h"
#include "probes/stage.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct result {
	char *id;    /* of the check */
	char *title; /* the good condition */
	enum stage stage;
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
	char *version; /* of the gpucheck that looked */
	char *host;
	time_t time;
	struct card_name *cards; /* none in an outcome that was read back */
	size_t card_count;
	struct result *results;
	size_t count;
	size_t counts[VERDICTS];
	bool strict; /* a warning counts as a failure */
	bool no_gpu; /* checks of a GPU were asked for and there is none */
	int status;  /* exit status */
};

/* The result becomes the outcome's. */
void outcome_add(struct outcome *outcome, const struct result *result);

/* Drop the results from number `keep` on. */
void outcome_cut(struct outcome *outcome, size_t keep);

/* Count the verdicts and tell the exit status, once all results are in; once more after a change.
 */
void outcome_close(struct outcome *outcome);

void outcome_free(struct outcome *outcome);

/* Whether the verdict counts against the host in this run. */
bool counts_as_failure(const struct outcome *outcome, enum verdict verdict);

/* Exit statuses, the same in every mode. */
enum { STATUS_PASSED = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_NOT_MEASURED = 3 };

#endif
