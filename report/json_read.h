/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON reports that were written earlier, read back. What they say is untrusted. */
#ifndef GPUCHECK_REPORT_JSON_READ_H
#define GPUCHECK_REPORT_JSON_READ_H

#include "base/error.h"
#include "report/fleet.h"

#include <stddef.h>

/*
 * Add what a document says to the fleet: a report of one host, or a merged one with its hosts and
 * its unreadable files. Keys and ids of checks that this version does not know are passed over, for
 * another version may have written them; a verdict or stage it does not know, a wrong type, a
 * missing key or a summary that contradicts the checks is -EINVAL with the place ("checks[3]:
 * verdict: …"), and nothing was added. file is kept as where it came from.
 */
int json_read(const char *text, size_t length, const char *file, struct fleet *fleet,
	      struct error *error);

#endif
