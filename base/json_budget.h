/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from a stranger, parsed in memory that is bounded. */
#ifndef GPUCHECK_REPORT_JSON_BUDGET_H
#define GPUCHECK_REPORT_JSON_BUDGET_H

#include "base/error.h"

#include <jansson.h>

/* From here on a lack of memory ends the program: no list may lack what there was none for. */
void json_must_allocate(void);

/* What one text of a stranger's may take, where it should be far less. */
#define JSON_MEMORY ((size_t)24 << 20)

/*
 * A new reference. -EINVAL with the line where it is no JSON, holds a key twice, or takes more
 * memory than a report of its length could: "[{},{},…" grows a hundredfold.
 */
int json_parse_bounded(const char *text, size_t length, json_t **ret, struct error *error);

/* The same for what is no report, with at most that many bytes of memory. */
int json_parse_within(const char *text, size_t length, size_t budget, json_t **ret,
		      struct error *error);

#endif
