/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the tags of a domain's definition lie in its text. libxml2 tells, for only a parser knows
 * a tag from its likes in comments and CDATA.
 */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_TAGS_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_TAGS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Places are counted in bytes from the begin of the text. */
struct domain_element {
	bool found;
	size_t start;      /* the '<' of its start tag */
	size_t end;        /* behind its end tag */
	bool has_child;    /* an element */
	size_t last_child; /* the '<' of the last one's start tag */
};

/* An <address> of a device itself, not of its <source>. */
struct domain_address {
	size_t child; /* the elements of <devices> before the device */
	struct domain_element element;
};

struct domain_tags {
	struct domain_element domain;
	struct domain_element devices; /* its own, the first if there are more */
	struct domain_element cpu;     /* likewise */
	struct domain_address *addresses;
	size_t address_count;
};

#define _cleanup_domain_tags_ _cleanup_(domain_tags_free)

/* -EINVAL for what is no well-formed <domain>, or has a document type; -EFBIG. */
int domain_tags_find(const char *xml, struct domain_tags *ret, struct error *error);
void domain_tags_free(struct domain_tags *tags);

/* The '<' of the tag that ends at or before end: no tag holds another one. */
size_t domain_tag_before(const char *text, size_t end);

#endif
