/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results on standard output (or in the file of --output), everything else on standard error. */
#ifndef GPUCHECK_COMMANDS_PRESENT_H
#define GPUCHECK_COMMANDS_PRESENT_H

#include "base/error.h"
#include "engine/options.h"
#include "engine/run.h"
#include "report/report.h"

/* "gpucheck: text" on standard error; returns STATUS_USAGE. */
int complain(const struct error *error);
/* The same for a sentence that is no error. */
void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How wide and colourful a report may be. */
struct style style_for(const struct options *options);

/* The format of --format, or the default for the kind of output. -EINVAL with the formats' names.
 */
int find_format(const struct options *options, const struct format **ret, struct error *error);

/* Write the report; its exit status. */
int present(const struct outcome *outcome, const struct options *options,
	    const struct format *format);
int present_fleet(const struct fleet *fleet, const struct options *options,
		  const struct format *format);

#endif
