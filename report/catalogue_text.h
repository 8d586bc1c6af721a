/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogue as a table, and one check in full. */
#ifndef GPUCHECK_REPORT_CATALOGUE_TEXT_H
#define GPUCHECK_REPORT_CATALOGUE_TEXT_H

#include "probes/probe.h"
#include "report/report.h"

#include <stdio.h>

/* A line a check where the style does not fold: for programs that read it. */
void write_catalogue(const struct style *style, FILE *out);

/* What mends a check, for its page. */
struct explained_fixer {
	const char *does; /* NULL where nothing of ours does */
	const char *risk;
	bool disruptive;
};

void write_explanation(const struct probe *probe, const struct explained_fixer *fixer,
		       const struct style *style, FILE *out);

#endif
