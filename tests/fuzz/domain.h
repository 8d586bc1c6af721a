/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the edits of a domain's XML promise alike. */
#ifndef GPUCHECK_TESTS_FUZZ_DOMAIN_H
#define GPUCHECK_TESTS_FUZZ_DOMAIN_H

#include <jansson.h>

/* The hostdevs of a definition, as domain_xml.h has them: a new reference. */
json_t *hostdevs_of(const char *xml);

/* after is before and something put into it at one place, where an empty tag may have been opened.
 */
void promise_inserted(const char *before, const char *after);

/* shorter is longer without some of its bytes. */
void promise_cut(const char *longer, const char *shorter);

#endif
