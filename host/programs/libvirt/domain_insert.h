/* SPDX-License-Identifier: GPL-2.0-or-later */
/* New elements in a domain's definition, laid out as the text around them. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_INSERT_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_INSERT_H

#include "host/programs/libvirt/domain_tags.h"

#include <stdio.h>

/* How the text around it is laid out: every new line is eol, indent, and some steps. */
struct domain_layout {
	const char *eol; /* "" when all of it stands on one line; then the others are empty too */
	char *outer;     /* of the element's own tags */
	char *indent;    /* of what it holds */
	char *step;
};

/* A tag on a new line, so many steps deeper than what the element holds. */
void put_line(FILE *out, const struct domain_layout *layout, unsigned steps, const char *line);

/*
 * The text with what put writes behind all that the element holds; no other byte differs, but that
 * an empty tag (<devices/>) is opened. name is the element's. The caller frees it.
 */
char *domain_insert(const char *text, const struct domain_tags *tags,
		    const struct domain_element *element, const char *name,
		    void (*put)(FILE *out, const struct domain_layout *layout, const void *data),
		    const void *data);

#endif
