/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in a table: padded or cut to a number of columns. */
#ifndef GPUCHECK_REPORT_COLUMNS_H
#define GPUCHECK_REPORT_COLUMNS_H

#include <stdio.h>

/* A character takes a column; UTF-8's continuation bytes take none. */
int columns_of(const char *text);

/* Exactly `width` columns of it, the end replaced by "..." where it is longer. */
void write_padded(const char *text, int width, FILE *out);

/* At most `width` columns of it, cut in the same way; 0 or less: all of it. */
void write_cut(const char *text, int width, FILE *out);

#endif
