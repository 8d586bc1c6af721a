/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from a stranger, parsed in memory that is bounded. */
#ifndef GPUCHECK_REPORT_JSON_BUDGET_H
#define GPUCHECK_REPORT_JSON_BUDGET_H

#include "base/error.h"

#include <jansson.h>

/*
 * A new reference. -EINVAL with the line where it is no JSON, holds a key twice, or takes more
 * memory than a report of its length could: "[{},{},…" grows a hundredfold.
 */
int json_parse_bounded(const char *text, size_t length, json_t **ret, struct error *error);

#endif
