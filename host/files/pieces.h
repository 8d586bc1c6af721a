/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file of many lines, looked through and not kept: to hold a megabyte for one look takes longer
 * than to read it, since the kernel has to find the memory page by page.
 */
#ifndef GPUCHECK_HOST_FILES_PIECES_H
#define GPUCHECK_HOST_FILES_PIECES_H

#include "host/files/root.h"

#include <stdbool.h>
#include <stddef.h>

/* A few whole lines of a file, a NUL behind them; false when what was looked for is found. */
typedef bool visit_lines(const char *lines, void *data);

/*
 * Show a regular file to visit, from its first line on. -ENOENT when there is none, -EFBIG above
 * limit bytes, else as root_read; visit may have seen a part of it then.
 */
int root_read_pieces(struct root *root, const char *path, size_t limit, visit_lines *visit,
		     void *data, struct error *error);

#endif
