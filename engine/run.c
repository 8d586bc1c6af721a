/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One run: the wanted probes, in order, about every target. */
#include "engine/run.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/date.h"
#include "host/pci/pci_names.h"
#include "host/vm/guests.h"
#include "probes/catalogue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the needed probe said, about the same GPU or the host. NULL when it did not run. */
static const struct result *find_needed(const struct outcome *outcome, const char *id,
					const char *gpu)
{
	for (size_t i = 0; i < outcome->count; i++) {
		const struct result *result = &outcome->results[i];

		if (!strcmp(result->id, id) && (!result->gpu || (gpu && !strcmp(result->gpu, gpu))))
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

/* What the configuration tells not to count is shown as skipped, with what was found. */
static void heed_ignore(const struct target *target, const struct probe *probe,
			struct finding *finding)
{
	_cleanup_free_ char *found = NULL;

	if (!target || !target->section || finding->verdict <= VERDICT_SKIP ||
	    !strings_have(&target->section->ignore, probe->id))
		return;
	found = finding->reason;
	finding->reason = xasprintf("the configuration tells not to count it (%s: %s)",
				    verdict_name(finding->verdict), found);
	finding->verdict = VERDICT_SKIP;
}

/* What a fixer mends is told as its command, unless the probe knows a better one. */
static void name_fixer(const struct probe *probe, const char *vm, struct finding *finding)
{
	_cleanup_free_ char *word = vm ? shell_word(vm) : NULL;

	if (finding->fix_command ||
	    (finding->fix != FIX_AUTOMATIC && finding->fix != FIX_DISRUPTIVE))
		return;
	/* "--vm=NAME" is one word for the shell, whatever the name begins with. */
	finding->fix_command = xasprintf("gpucheck --fix%s%s%s %s",
					 finding->fix == FIX_DISRUPTIVE ? " --allow-disruption"
									: "",
					 word ? " --vm=" : "", word ? word : "", probe->id);
}

static void run_probe(struct outcome *outcome, struct host *host, const struct question *question,
		      const struct probe *probe, const struct target *target)
{
	const struct subject subject = {
		.host = host,
		.card = target ? &target->card : NULL,
		.vm = target && probe->scope == SCOPE_VM ? target->vm : NULL,
		.asked = question->asked,
	};
	const char *gpu = target ? target->card.functions[0]->name : NULL;
	struct result result = {
		.id = xstrdup(probe->id),
		.title = xstrdup(probe->title),
		.stage = probe->stage,
		.gpu = xstrdup(gpu),
		.vm = subject.vm ? xstrdup(subject.vm->name) : NULL,
	};

	if (may_run(outcome, probe, gpu, &result.finding))
		probe->run(&subject, &result.finding);
	/* Unless a check failed: with a function more it might. */
	if (target && target->card.trouble.code && result.finding.verdict != VERDICT_SKIP)
		finding_say_error(&result.finding, &target->card.trouble);
	if (!result.finding.reason)
		finding_say(&result.finding, VERDICT_ERROR, "this check found nothing to say");
	heed_ignore(target, probe, &result.finding);
	name_fixer(probe, result.vm, &result.finding);
	outcome_add(outcome, &result);
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

/* All guests whose VM runs, at once; each is asked where its GPU's section, or --guest, says. */
static void ask_guests(struct host *host, const struct question *question,
		       const struct outcome *outcome)
{
	const struct targets *targets = question->targets;
	struct guest_place *places = xcalloc(targets->count, sizeof(*places));
	size_t count = 0;

	for (size_t i = 0; i < targets->count; i++) {
		const struct target *target = &targets->items[i];
		const struct result *running = find_needed(outcome, "vm.running",
							   target->card.functions[0]->name);
		const char *destination = question->guest;

		if (!target->vm || !running || running->finding.verdict != VERDICT_PASS)
			continue;
		if (!destination && target->section)
			destination = target->section->guest;
		places[count++] = (struct guest_place){
			.vm = target->vm->name,
			.destination = destination,
			.address = target->vm->addresses.count ? target->vm->addresses.items[0]
							       : NULL,
		};
	}
	guests_ask(host, places, count);
	free(places);
}

/* The wanted probes of one scope, or of all but SCOPE_VM, in the catalogue's order. */
static void run_part(struct host *host, const struct question *question, bool about_vms,
		     struct outcome *outcome)
{
	const struct targets *targets = question->targets;
	bool asked = false;

	for (size_t i = 0; i < catalogue_count; i++) {
		const struct probe *probe = catalogue[i];

		if (!question->selection->wanted[i] || (probe->scope == SCOPE_VM) != about_vms)
			continue;
		if (probe->stage == STAGE_GUEST && !asked) {
			ask_guests(host, question, outcome);
			asked = true;
		}
		if (probe->scope == SCOPE_HOST)
			run_probe(outcome, host, question, probe, NULL);
		for (size_t k = 0; probe->scope != SCOPE_HOST && k < targets->count; k++)
			run_probe(outcome, host, question, probe, &targets->items[k]);
	}
}

static bool is_settled(const struct outcome *outcome, size_t from)
{
	for (size_t i = from; i < outcome->count; i++)
		if (outcome->results[i].finding.verdict >= VERDICT_ERROR)
			return false;
	return true;
}

static int choose_vms(struct host *host, const struct question *question, struct error *error)
{
	const struct targets *targets = question->targets;
	int r = targets_choose_vms(host, question->vm, question->targets, error);

	for (size_t i = 1; r == 0 && question->guest && i < targets->count; i++)
		if (targets->items[i].vm != targets->items[0].vm)
			return error_set(
				error, EINVAL,
				"--guest %s: several VMs are checked; name one with --vm, or "
				"give each its guest= in the configuration",
				question->guest);
	return r;
}

/* The VM's and the guest's part, again and again until it is settled or the time is over. */
static int run_vm_part(struct host *host, const struct question *question, struct outcome *outcome,
		       struct error *error)
{
	const long long begin = monotonic_ms(), end = begin + 1000LL * question->wait;
	const struct teller *teller = host_teller(host);
	_cleanup_free_ char *what = xasprintf("waiting for the VM and its guest, %u s at most",
					      question->wait);
	const size_t keep = outcome->count;
	int r = choose_vms(host, question, error);

	if (question->wait)
		teller_begin(teller, what);
	while (r == 0) {
		run_part(host, question, true, outcome);
		if (is_settled(outcome, keep) || monotonic_ms() >= end)
			break;
		sleep(1);
		teller_tick(teller, (unsigned)((monotonic_ms() - begin) / 1000));
		outcome_cut(outcome, keep);
		vms_forget(host);
		guests_forget(host);
		r = choose_vms(host, question, error);
	}
	if (question->wait)
		teller_end(teller, r == 0, (unsigned)((monotonic_ms() - begin) / 1000));
	return r;
}

int run_checks(struct host *host, const struct question *question, struct outcome *ret,
	       struct error *error)
{
	const struct targets *targets = question->targets;
	struct outcome outcome = {
		.version = xstrdup(GPUCHECK_VERSION),
		.host = xstrdup(host_name(host)),
		.time = date_now(),
		.strict = question->strict,
		.no_gpu = question->selection->has_gpu && !targets->count,
		.cards = xcalloc(targets->count, sizeof(*ret->cards)),
		.card_count = targets->count,
	};
	int r = 0;

	for (size_t i = 0; i < targets->count; i++)
		name_card(host, &targets->items[i].card, &outcome.cards[i]);
	run_part(host, question, false, &outcome);
	if (question->selection->has_vm && targets->count)
		r = run_vm_part(host, question, &outcome, error);
	if (r < 0) {
		outcome_free(&outcome);
		return r;
	}
	outcome_close(&outcome);
	*ret = outcome;
	return 0;
}
