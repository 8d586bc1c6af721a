/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unified diff for a person. */
#ifndef GPUCHECK_REPORT_DIFF_TEXT_H
#define GPUCHECK_REPORT_DIFF_TEXT_H

#include "report/report.h"

/*
 * Coloured, and on a terminal no line wider than it: the rest of a line stands below, behind a mark
 * that no diff begins a line with. Elsewhere lines stay whole.
 */
void write_diff(const char *diff, const struct style *style, FILE *out);

#endif
