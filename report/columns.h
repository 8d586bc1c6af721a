/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much room text takes on a screen. */
#ifndef GPUCHECK_REPORT_COLUMNS_H
#define GPUCHECK_REPORT_COLUMNS_H

#include <stddef.h>

/*
 * Columns of the first `length` bytes: two for a wide character (wcwidth(3), by the locale's
 * LC_CTYPE), none for one that combines. What the locale does not know counts one.
 */
int columns_of(const char *text, size_t length);

/* Bytes of the longest beginning that takes no more than this many columns. */
size_t bytes_in_columns(const char *text, size_t length, int columns);

#endif
