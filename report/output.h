/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a report goes: standard output, or a file that is written whole or not at all. */
#ifndef GPUCHECK_REPORT_OUTPUT_H
#define GPUCHECK_REPORT_OUTPUT_H

#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

/*
 * path NULL is standard output. A regular file is replaced by a temporary one beside it (fsync,
 * rename) and keeps its owner and mode; a link stays a link; a FIFO or device is written to.
 * Another user's link or FIFO is refused. -errno.
 */
int output_write(const char *path, const char *text, size_t length, struct error *error);

/* The same for a report that may be too large to be held in memory: print writes all of it. */
int output_print(const char *path, void (*print)(FILE *out, const void *data), const void *data,
		 struct error *error);

#endif
