/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The catalogue as a table, and one check in full. */
#ifndef GPUCHECK_REPORT_CATALOGUE_TEXT_H
#define GPUCHECK_REPORT_CATALOGUE_TEXT_H

#include "probes/probe.h"

#include <stdio.h>

void write_catalogue(FILE *out);

/* fixer is what mends it, or NULL; width as in struct style. */
void write_explanation(const struct probe *probe, const char *fixer, int width, FILE *out);

#endif
