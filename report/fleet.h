/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What many hosts' reports say together. */
#ifndef GPUCHECK_REPORT_FLEET_H
#define GPUCHECK_REPORT_FLEET_H

#include "base/strings.h"
#include "engine/outcome.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct fleet_host {
	struct outcome outcome;
	char *file;    /* it was read from */
	size_t number; /* in the order of reading */
};

struct unreadable_report {
	char *file;
	char *reason;
};

/* Owns all it points to; zero-initialised it is empty. */
struct fleet {
	time_t time;              /* of the merging */
	struct fleet_host *hosts; /* by name, each once, after fleet_close */
	size_t count;
	struct unreadable_report *unreadable; /* in the order they were met */
	size_t unreadable_count;
	size_t counts[VERDICTS]; /* of all hosts */
	int status;              /* exit status */
};

/* The outcome becomes the fleet's. */
void fleet_add(struct fleet *fleet, const struct outcome *outcome, const char *file);
void fleet_add_unreadable(struct fleet *fleet, const char *file, const char *reason);

/* All of *from goes over; *from is empty then. */
void fleet_take(struct fleet *fleet, struct fleet *from);

/*
 * Once everything is in: order the hosts, keep the latest report of each (of two equally late ones
 * the one that came last), count. strict: a warning counts as a failure on every host.
 * *left_out gets a sentence for every report that was dropped.
 */
void fleet_close(struct fleet *fleet, bool strict, struct strings *left_out);

void fleet_free(struct fleet *fleet);

/* Whether nothing was checked there that the tool exists for: no card, or no check at all. */
bool nothing_to_check(const struct outcome *outcome);

#endif
