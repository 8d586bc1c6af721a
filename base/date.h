/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The date of a report. */
#ifndef GPUCHECK_BASE_DATE_H
#define GPUCHECK_BASE_DATE_H

#include <stdbool.h>
#include <time.h>

/* Now, or SOURCE_DATE_EPOCH where it is set, so that a run can be repeated byte for byte. */
time_t date_now(void);

/* "2026-01-31T12:00:00Z"; the caller frees it. */
char *date_text(time_t date);

/* Exactly what date_text writes; false for anything else. */
bool date_parse(const char *text, time_t *ret);

#endif
