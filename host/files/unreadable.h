/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What could not be read when a host was recorded. Below a root such a path stays an error: were it
 * only left out, it would look like a file that the host does not have.
 */
#ifndef GPUCHECK_HOST_FILES_UNREADABLE_H
#define GPUCHECK_HOST_FILES_UNREADABLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * {"whole": true, "unreadable": {"proc/iomem": {"error": "EACCES", "text":
 * "/proc/iomem: Permission denied", "there": true}}}: there is false where not even that could be
 * told.
 */
#define RECORD_OF_RECORD "gpucheck/record.json"

struct unreadable {
	char *path;
	int code; /* -errno */
	char *text;
	bool there; /* the path leads to something */
};

struct unreadables {
	struct unreadable *items;
	size_t count;
	bool sorted; /* by path, as they are once read */
	bool whole;  /* what is neither here nor in the record was not on the host */
};

/* -EINVAL for a text of another form. */
int unreadables_parse(const char *text, struct unreadables *ret, struct error *error);

/* The file's text; the caller frees it. */
char *unreadables_text(const struct unreadables *list);

/* Copies path and text. */
void unreadables_add(struct unreadables *list, const char *path, const struct error *why,
		     bool there);

/* NULL when nothing is told of the path; the list's. */
const struct unreadable *unreadables_find(const struct unreadables *list, const char *path);
void unreadables_free(struct unreadables *list);

#endif
