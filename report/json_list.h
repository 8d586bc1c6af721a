/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A long list within a JSON document, element by element, so that only one of them is parsed at a
 * time. Only the ends of values are looked for here: what stands between them may still be no JSON.
 */
#ifndef GPUCHECK_REPORT_JSON_LIST_H
#define GPUCHECK_REPORT_JSON_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* A part of the caller's text. */
struct json_span {
	const char *begin, *end;
};

/* What stands between the brackets of the list at a key of the document, an object. */
bool json_list_find(const struct json_span *document, const char *key, struct json_span *ret);

/*
 * 1 and the element in *ret, *list being moved behind it; 0 at the list's end; -EINVAL when there
 * is no element where one must be.
 */
int json_list_next(struct json_span *list, struct json_span *ret);

#endif
