/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What many hosts' reports say together. */
#include "report/fleet.h"

#include "base/alloc.h"
#include "base/date.h"

#include <stdlib.h>
#include <string.h>

void fleet_add(struct fleet *fleet, const struct outcome *outcome, const char *file)
{
	fleet->hosts = xreallocarray(fleet->hosts, fleet->count + 1, sizeof(*fleet->hosts));
	fleet->hosts[fleet->count] = (struct fleet_host){
		.outcome = *outcome,
		.file = xstrdup(file),
		.number = fleet->count,
	};
	fleet->count++;
}

void fleet_add_unreadable(struct fleet *fleet, const char *file, const char *reason)
{
	fleet->unreadable = xreallocarray(fleet->unreadable, fleet->unreadable_count + 1,
					  sizeof(*fleet->unreadable));
	fleet->unreadable[fleet->unreadable_count++] = (struct unreadable_report){
		.file = xstrdup(file),
		.reason = xstrdup(reason),
	};
}

static void free_host(struct fleet_host *host)
{
	outcome_free(&host->outcome);
	free(host->file);
}

void fleet_take(struct fleet *fleet, struct fleet *from)
{
	for (size_t i = 0; i < from->count; i++) {
		fleet_add(fleet, &from->hosts[i].outcome, from->hosts[i].file);
		free(from->hosts[i].file);
	}
	from->count = 0;
	for (size_t i = 0; i < from->unreadable_count; i++)
		fleet_add_unreadable(fleet, from->unreadable[i].file, from->unreadable[i].reason);
	fleet_free(from);
}

/* gpu2 before gpu10; of one host the latest report last. */
static int compare_hosts(const void *a, const void *b)
{
	const struct fleet_host *one = a, *other = b;
	time_t time = one->outcome.time, other_time = other->outcome.time;
	int names = strverscmp(one->outcome.host, other->outcome.host);

	if (names)
		return names;
	if (time != other_time)
		return time > other_time ? 1 : -1;
	return one->number > other->number ? 1 : -1;
}

static void say_left_out(const struct fleet_host *dropped, const struct fleet_host *kept,
			 struct strings *left_out)
{
	_cleanup_free_ char *date = date_text(dropped->outcome.time);
	_cleanup_free_ char *later = date_text(kept->outcome.time);

	strings_take(left_out,
		     xasprintf("host %s: its report of %s in %s is left out, for the one "
			       "of %s in %s",
			       dropped->outcome.host, date, dropped->file, later, kept->file));
}

static void keep_latest(struct fleet *fleet, struct strings *left_out)
{
	size_t kept = 0;

	for (size_t i = 0; i < fleet->count; i++) {
		struct fleet_host *host = &fleet->hosts[i];

		if (i + 1 < fleet->count &&
		    !strcmp(host->outcome.host, fleet->hosts[i + 1].outcome.host)) {
			say_left_out(host, &fleet->hosts[i + 1], left_out);
			free_host(host);
		} else {
			fleet->hosts[kept++] = *host;
		}
	}
	fleet->count = kept;
}

bool nothing_to_check(const struct outcome *outcome)
{
	return outcome->no_gpu || !outcome->count;
}

/* A failure on one host outweighs another without a card. */
static int status_of(const struct fleet *fleet)
{
	bool failed = false, unknown = fleet->unreadable_count, empty = !fleet->count;

	for (size_t i = 0; i < fleet->count; i++) {
		const struct outcome *outcome = &fleet->hosts[i].outcome;

		failed |= outcome->counts[VERDICT_FAIL] ||
			  (outcome->strict && outcome->counts[VERDICT_WARN]);
		unknown |= outcome->counts[VERDICT_ERROR] > 0;
		empty |= nothing_to_check(outcome);
	}
	if (failed)
		return STATUS_FAILED;
	if (unknown)
		return STATUS_NOT_MEASURED;
	return empty ? STATUS_USAGE : STATUS_PASSED;
}

void fleet_close(struct fleet *fleet, bool strict, struct strings *left_out)
{
	if (fleet->count)
		qsort(fleet->hosts, fleet->count, sizeof(*fleet->hosts), compare_hosts);
	keep_latest(fleet, left_out);
	for (size_t i = 0; i < fleet->count; i++) {
		struct outcome *outcome = &fleet->hosts[i].outcome;

		outcome->strict |= strict;
		outcome_close(outcome);
		for (size_t v = 0; v < VERDICTS; v++)
			fleet->counts[v] += outcome->counts[v];
	}
	fleet->status = status_of(fleet);
}

void fleet_free(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->count; i++)
		free_host(&fleet->hosts[i]);
	for (size_t i = 0; i < fleet->unreadable_count; i++) {
		free(fleet->unreadable[i].file);
		free(fleet->unreadable[i].reason);
	}
	free(fleet->hosts);
	free(fleet->unreadable);
	*fleet = (struct fleet){ 0 };
}
