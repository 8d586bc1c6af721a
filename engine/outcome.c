/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run found about one host. */
#include "engine/outcome.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void outcome_add(struct outcome *outcome, const struct result *result)
{
	outcome->results = xreallocarray(outcome->results, outcome->count + 1,
					 sizeof(*outcome->results));
	outcome->results[outcome->count++] = *result;
}

void outcome_cut(struct outcome *outcome, size_t keep)
{
	for (size_t i = keep; i < outcome->count; i++) {
		struct result *result = &outcome->results[i];

		free(result->id);
		free(result->title);
		free(result->gpu);
		free(result->vm);
		finding_free(&result->finding);
	}
	outcome->count = keep;
}

static int status_of(const struct outcome *outcome)
{
	if (outcome->no_gpu)
		return STATUS_USAGE;
	if (outcome->counts[VERDICT_FAIL] || (outcome->strict && outcome->counts[VERDICT_WARN]))
		return STATUS_FAILED;
	return outcome->counts[VERDICT_ERROR] ? STATUS_NOT_MEASURED : STATUS_PASSED;
}

void outcome_close(struct outcome *outcome)
{
	memset(outcome->counts, 0, sizeof(outcome->counts));
	for (size_t i = 0; i < outcome->count; i++)
		outcome->counts[outcome->results[i].finding.verdict]++;
	outcome->status = status_of(outcome);
}

bool counts_as_failure(const struct outcome *outcome, enum verdict verdict)
{
	return verdict == VERDICT_FAIL || verdict == VERDICT_ERROR ||
	       (verdict == VERDICT_WARN && outcome->strict);
}

void outcome_free(struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->card_count; i++) {
		free(outcome->cards[i].gpu);
		free(outcome->cards[i].name);
		free(outcome->cards[i].companions);
	}
	outcome_cut(outcome, 0);
	free(outcome->cards);
	free(outcome->results);
	free(outcome->host);
	free(outcome->version);
	*outcome = (struct outcome){ 0 };
}
