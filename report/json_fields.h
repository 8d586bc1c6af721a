/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of a JSON object that a stranger wrote: each is there and of its type, or -EINVAL with
 * a sentence that names the key. What is no object has no fields.
 */
#ifndef GPUCHECK_REPORT_JSON_FIELDS_H
#define GPUCHECK_REPORT_JSON_FIELDS_H

#include "base/error.h"

#include <jansson.h>

/* "KEY: "value" is not WANTED", or that it is missing; value may be NULL. -EINVAL. */
int field_wrong(struct error *error, const char *key, const json_t *value, const char *wanted);

/* The text stays the object's; it may be empty. */
int field_text(const json_t *object, const char *key, const char **ret, struct error *error);

/* A text that is not empty; the caller owns the copy. */
int field_copy(const json_t *object, const char *key, char **ret, struct error *error);

/* The same, or NULL for null. */
int field_copy_or_null(const json_t *object, const char *key, char **ret, struct error *error);

/* The list stays the object's. */
int field_list(const json_t *object, const char *key, const json_t **ret, struct error *error);

int field_number(const json_t *object, const char *key, json_int_t *ret, struct error *error);

/* Which of name(0) to name(count - 1) the text is; a name may be NULL, which nothing is. */
int field_choice(const json_t *object, const char *key, const char *(*name)(int), int count,
		 int *ret, struct error *error);

#endif
