/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results on standard output (or in the file of --output), everything else on standard error. */
#ifndef GPUCHECK_COMMANDS_PRESENT_H
#define GPUCHECK_COMMANDS_PRESENT_H

#include "base/error.h"
#include "engine/options.h"
#include "engine/run.h"
#include "report/report.h"

#include <stdio.h>

/* "gpucheck: text" on standard error; returns STATUS_USAGE. */
int complain(const struct error *error);
/* The same for a sentence that is no error. */
void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The format of --format, or the default for the kind of output. -EINVAL with the formats' names.
 */
int find_format(const struct options *options, const struct format **ret, struct error *error);

/* A text that is written to --output, or standard output, once all of it is there. */
struct presentation {
	FILE *out; /* to write it to */
	char *text;
	size_t length;
};

/* *presentation must stay where it is until its end. */
void present_begin(struct presentation *presentation);
/* The status, or STATUS_USAGE where the text could not be written. */
int present_end(struct presentation *presentation, const struct options *options, int status);

/* Write the report; its exit status. */
int present(const struct outcome *outcome, const struct options *options,
	    const struct format *format);
int present_fleet(const struct fleet *fleet, const struct options *options,
		  const struct format *format);

#endif
