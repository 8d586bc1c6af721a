/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs of our own answer, read. */
#ifndef GPUCHECK_HOST_PROCESS_ANSWER_H
#define GPUCHECK_HOST_PROCESS_ANSWER_H

#include <jansson.h>
#include <stdint.h>

/* The string at a key of an answer; NULL when it is null, missing or no string. The object's. */
const char *answer_string(const json_t *object, const char *key);

/* The number at a key of an answer; 0 when it is below that, null, missing or no whole number. */
uint64_t answer_number(const json_t *object, const char *key);

#endif
