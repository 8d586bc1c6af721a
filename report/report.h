/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats of a report: one const struct each, listed once in formats.c. */
#ifndef GPUCHECK_REPORT_REPORT_H
#define GPUCHECK_REPORT_REPORT_H

#include "engine/outcome.h"
#include "report/fleet.h"

#include <stdbool.h>
#include <stdio.h>

struct style {
	bool color;
	bool quiet;   /* text: only what warns, fails or could not be measured */
	bool verbose; /* evidence of what passed too */
	int width;    /* columns of text, 0 for no folding */
};

struct format {
	const char *name;
	void (*write)(const struct outcome *outcome, const struct style *style, FILE *out);
	void (*write_fleet)(const struct fleet *fleet, const struct style *style, FILE *out);
};

/* NULL when there is no such format. */
const struct format *format_find(const char *name);
char *format_names(void); /* "text, tap, …"; the caller frees it */

#endif
