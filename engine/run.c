/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run: the wanted probes, in order, about every target. */
#include "engine/run.h"

#include "base/alloc.h"
#include "host/pci_names.h"
#include "probes/catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What the needed probe said, about the same GPU or the host. NULL when it did not run. */
static const struct result *find_needed(const struct outcome *outcome, const char *id,
					const char *gpu)
{
	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];

		if (!strcmp(result->probe->id, id) &&
		    (!result->gpu || (gpu && !strcmp(result->gpu, gpu))))
			return result;
	}
	return NULL;
}

static bool may_run(const struct outcome *outcome, const struct probe *probe, const char *gpu,
		    struct finding *finding)
{
	const struct result *needed;

	if (!probe->needs)
		return true;
	needed = find_needed(outcome, probe->needs, gpu);
	if (needed &&
	    (needed->finding.verdict == VERDICT_PASS || needed->finding.verdict == VERDICT_WARN))
		return true;
	finding_say(finding, VERDICT_SKIP, "needs %s, which did not pass", probe->needs);
	return false;
}

static void run_probe(struct outcome *outcome, const struct probe *probe,
		      const struct subject *subject)
{
	const char *gpu = subject->card ? subject->card->functions[0]->name : NULL;
	struct result result = { .probe = probe, .gpu = gpu ? xstrdup(gpu) : NULL };

	if (may_run(outcome, probe, gpu, &result.finding))
		probe->run(subject, &result.finding);
	if (!result.finding.reason)
		finding_say(&result.finding, VERDICT_ERROR, "this check found nothing to say");
	outcome->results = xreallocarray(outcome->results, outcome->count + 1,
					 sizeof(*outcome->results));
	outcome->results[outcome->count++] = result;
	outcome->counts[result.finding.verdict]++;
}

static void name_card(struct host *host, const struct card *card, struct card_name *ret)
{
	_cleanup_strings_ struct strings companions = { 0 };

	ret->gpu = xstrdup(card->functions[0]->name);
	ret->name = pci_full_name(host, card->functions[0]);
	for (size_t i = 1; i < card->count; i++)
		strings_take(&companions, pci_describe(host, card->functions[i]));
	ret->companions = strings_join(&companions, ", ");
}

static time_t now(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	char *end;
	long long seconds;

	if (!epoch || !*epoch)
		return time(NULL);
	errno = 0;
	seconds = strtoll(epoch, &end, 10);
	return errno || *end ? time(NULL) : (time_t)seconds;
}

static int status_of(const struct outcome *outcome)
{
	if (outcome->no_gpu)
		return STATUS_USAGE;
	if (outcome->counts[VERDICT_FAIL] || (outcome->strict && outcome->counts[VERDICT_WARN]))
		return STATUS_FAILED;
	return outcome->counts[VERDICT_ERROR] ? STATUS_NOT_MEASURED : STATUS_PASSED;
}

void run_checks(struct host *host, const struct selection *selection, const struct targets *targets,
		bool strict, struct outcome *ret)
{
	*ret = (struct outcome){
		.host = xstrdup(host_name(host)),
		.time = now(),
		.strict = strict,
		.no_gpu = selection->has_gpu && !targets->count,
		.cards = xcalloc(targets->count, sizeof(*ret->cards)),
		.card_count = targets->count,
	};
	for (size_t i = 0; i < targets->count; i++)
		name_card(host, &targets->cards[i], &ret->cards[i]);
	for (size_t i = 0; i < catalogue_count; i++) {
		struct subject subject = { .host = host };

		if (!selection->wanted[i])
			continue;
		if (catalogue[i]->scope == SCOPE_HOST)
			run_probe(ret, catalogue[i], &subject);
		for (size_t k = 0; catalogue[i]->scope != SCOPE_HOST && k < targets->count; k++) {
			subject.card = &targets->cards[k];
			run_probe(ret, catalogue[i], &subject);
		}
	}
	ret->status = status_of(ret);
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
	for (size_t i = 0; i < outcome->count; i++) {
		free(outcome->results[i].gpu);
		free(outcome->results[i].vm);
		finding_free(&outcome->results[i].finding);
	}
	free(outcome->cards);
	free(outcome->results);
	free(outcome->host);
	*outcome = (struct outcome){ 0 };
}
