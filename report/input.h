/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where reports that were written earlier come from: a file, or standard input. */
#ifndef GPUCHECK_REPORT_INPUT_H
#define GPUCHECK_REPORT_INPUT_H

#include "base/error.h"

#include <stddef.h>

/*
 * The whole content, a NUL behind it; the caller frees *ret. path "-" is standard input, whatever
 * it is; a path must lead to a regular file, so that nothing is waited for. -EFBIG above limit
 * bytes. The error does not name the path.
 */
int input_read(const char *path, size_t limit, char **ret, size_t *ret_length, struct error *error);

#endif
