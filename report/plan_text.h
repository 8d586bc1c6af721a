/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan, and what was applied, in words and as unified diffs. */
#ifndef GPUCHECK_REPORT_PLAN_TEXT_H
#define GPUCHECK_REPORT_PLAN_TEXT_H

#include "plan/plan.h"
#include "plan/record.h"
#include "report/report.h"

#include <stdio.h>

/*
 * Every byte that would change, what runs then, and what the plan leaves out. Control characters
 * are escaped. Lines of a diff are folded on a terminal only: elsewhere patch(1) can read them.
 * -errno when diff(1) cannot be run; *out has part of it then.
 */
int write_plan(const struct plan *plan, struct host *host, const struct style *style, FILE *out,
	       struct error *error);

/* What taking a record back would change, as far as its files and definitions are the plan's still.
 */
int write_undo(struct host *host, const struct record *record, const struct style *style, FILE *out,
	       struct error *error);

/* All records, one a line: number, time, state, what it mended. */
int write_records(struct host *host, const struct style *style, FILE *out, struct error *error);

#endif
