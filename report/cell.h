/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in a table: padded or cut to a number of columns. */
#ifndef GPUCHECK_REPORT_CELL_H
#define GPUCHECK_REPORT_CELL_H

#include <stdio.h>

/* Exactly `width` columns of it, the end replaced by "..." where it is longer. */
void cell_padded(const char *text, int width, FILE *out);

/* At most `width` columns of it, cut in the same way; 0 or less: all of it. */
void cell_cut(const char *text, int width, FILE *out);

#endif
