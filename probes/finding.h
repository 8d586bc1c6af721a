/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a probe found: a verdict, the reason, the evidence seen and what mends it. */
#ifndef GPUCHECK_PROBES_FINDING_H
#define GPUCHECK_PROBES_FINDING_H

#include "base/error.h"

#include <stddef.h>

/* In rising severity: where several things were found, the worst decides. */
enum verdict {
	VERDICT_PASS,
	VERDICT_SKIP,  /* does not apply here, or a prerequisite did not pass */
	VERDICT_WARN,  /* works, but will surprise */
	VERDICT_ERROR, /* applies, could not be measured */
	VERDICT_FAIL,
	VERDICTS,
};

enum fix_kind { FIX_NONE, FIX_AUTOMATIC, FIX_DISRUPTIVE, FIX_MANUAL };

struct evidence {
	char *source; /* a path of the host, or the command or call that was asked */
	char *value;
};

struct finding {
	enum verdict verdict;
	char *reason; /* one sentence with the facts of this host; never NULL after a run */
	struct evidence *evidence;
	size_t evidence_count;
	enum fix_kind fix;
	char *fix_summary; /* NULL without a fix */
	char *fix_command; /* NULL where no command does it */
};

/*
 * Add a statement. The finding takes the worst verdict said; its reason is what was said for that
 * verdict, joined by "; ".
 */
void finding_say(struct finding *finding, enum verdict verdict, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Say VERDICT_ERROR with the error's text. */
void finding_say_error(struct finding *finding, const struct error *error);

/* source is a path below the root, and shown with its slash; or any text that holds a blank. */
void finding_evidence(struct finding *finding, const char *source, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The remedy; the last one stays. command may be NULL. */
void finding_fix(struct finding *finding, enum fix_kind kind, const char *command,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

void finding_free(struct finding *finding);

const char *verdict_name(enum verdict verdict); /* "pass" */
const char *fix_kind_name(enum fix_kind kind);  /* "manual"; NULL for FIX_NONE */

#endif
