/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mends a failed check, as data and a function; every fixer is a file of its own here. */
#ifndef GPUCHECK_FIXERS_FIXER_H
#define GPUCHECK_FIXERS_FIXER_H

#include "engine/run.h"
#include "plan/plan.h"

/* One failed check, with all that is known of it; everything belongs to the caller. */
struct repair {
	struct subject subject;
	const char *check; /* id */
	const struct finding *finding;
	const struct outcome *outcome; /* of all checks */
	bool rom_off;                  /* the configuration wants <rom bar='off'/> */
	bool may_disrupt;              /* --allow-disruption */
};

enum fixer_answer {
	FIXER_PROPOSED, /* the plan has what it takes */
	FIXER_IN_PLACE, /* it was done before: the next boot will show it */
	FIXER_BY_HAND,  /* software cannot mend this one: the finding says how a person does */
	FIXER_REFUSED,  /* error says why */
	FIXER_WITHHELD, /* error says what it would do, were disruption allowed */
};

/* What a fixer can break, in the words of --explain. */
#define RISK_NEXT_BOOT                                                                         \
	"it decides what the next boot does; without --allow-disruption nothing that runs is " \
	"touched. gpucheck --undo puts every byte back, and takes a reboot too."
#define RISK_DEFINITION                                                                      \
	"only the saved definition changes: a VM that runs does not notice before its next " \
	"start. gpucheck --undo puts it back."
#define RISK_AT_ONCE                                                                               \
	"it interrupts what runs now, so it wants --allow-disruption, and gpucheck --undo cannot " \
	"take it back."

struct fixer {
	const char *const *checks; /* ids that it mends, NULL behind the last */
	const char *does;          /* a page of --explain, */
	const char *risk;          /* and the sentences that follow it */
	bool disruptive;           /* it does nothing without --allow-disruption */
	/* Adds to the plan; prints nothing and changes nothing. error is only filled where an
	 * answer says so. */
	enum fixer_answer (*propose)(const struct repair *repair, struct plan *plan,
				     struct error *error);
};

#endif
