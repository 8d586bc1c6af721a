/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fact of the host: one file or link, read once when first asked for and kept. */
#ifndef GPUCHECK_HOST_FILES_FACT_H
#define GPUCHECK_HOST_FILES_FACT_H

#include "base/error.h"
#include "host/files/root.h"

#include <stddef.h>
#include <stdint.h>

struct fact {
	enum { FACT_UNREAD, FACT_KNOWN, FACT_ABSENT, FACT_FAILED } state;
	char *text;    /* FACT_KNOWN: content, or the link's text; FACT_FAILED: why, in words */
	size_t length; /* bytes of text */
	int code;      /* FACT_FAILED: -errno */
};

/*
 * Read path into the fact unless that was done before. 1 when it is known, 0 when there is no such
 * file, -errno with a filled error when it could not be read.
 */
int fact_file(struct fact *fact, struct root *root, const char *path, size_t limit,
	      struct error *error);
int fact_link(struct fact *fact, struct root *root, const char *path, struct error *error);

/* Like fact_file, but a missing file is an error too: every such host has it. */
int fact_must(struct fact *fact, struct root *root, const char *path, size_t limit,
	      struct error *error);

/* The last component of a link's text. */
const char *fact_link_name(const struct fact *fact);

/* The same of a link that is read for this once, NULL without one; the caller frees it. */
int read_link_name(struct root *root, const char *path, char **ret, struct error *error);

/*
 * A fact's whole content as one unsigned number, "0x" hexadecimal or decimal, and nothing but a
 * newline behind it. -EINVAL with path named in the error.
 */
int fact_number(const struct fact *fact, const char *path, uint64_t *ret, struct error *error);

/* The same for the line of a file that is not kept (root_read_line); path is where it stood. */
int number_parse(const char *line, const char *path, uint64_t *ret, struct error *error);

void fact_free(struct fact *fact);

#endif
