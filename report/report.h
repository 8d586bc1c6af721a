/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The formats of a report: one const struct each, listed once in formats.c. */
#ifndef GPUCHECK_REPORT_REPORT_H
#define GPUCHECK_REPORT_REPORT_H

#include "base/strings.h"
#include "engine/outcome.h"
#include "report/fleet.h"

#include <stdbool.h>
#include <stdio.h>

struct style {
	bool color;
	bool quiet;   /* text: only what warns, fails or could not be measured */
	bool verbose; /* evidence of what passed too */
	bool ascii;   /* the locale has no other characters */
	int width;    /* columns of running text, 0 for no folding */
	int columns;  /* of the terminal, 0 where there is none */
};

struct format {
	const char *name;
	bool for_people; /* it heeds the locale and the terminal; others are the same everywhere */
	void (*write)(const struct outcome *outcome, const struct style *style, FILE *out);
	void (*write_fleet)(const struct fleet *fleet, const struct style *style, FILE *out);
};

/* NULL when there is no such format. */
const struct format *format_find(const char *name);
void format_names(struct strings *ret); /* added to the list */

#endif
