/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is changed of a domain, through a connection that may write. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_CHANGE_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_CHANGE_H

#include <jansson.h>

/*
 * The answer to a request that names a domain as "definition", "define", "start", "shutdown" or
 * "resume" (see main.c); NULL for one that has none of these.
 */
json_t *change_domain(const char *uri, const json_t *request);

#endif
