/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that QEMU is known to end a start with, and which check explains each. */
#ifndef GPUCHECK_PROBES_START_ERRORS_H
#define GPUCHECK_PROBES_START_ERRORS_H

#include "base/strings.h"

#include <stddef.h>

struct start_error {
	const char *says;    /* part of QEMU's line */
	const char *also;    /* another part of it behind that one, or NULL */
	const char *checks;  /* ids, as a sentence names them; NULL where no check looks at it */
	const char *meaning; /* what it comes from, or what helps */
};

extern const struct start_error start_errors[];
extern const size_t start_error_count;

/* The last of the lines that is known, and in *ret_line which; NULL when none is. */
const struct start_error *start_error_find(const struct strings *lines, const char **ret_line);

#endif
