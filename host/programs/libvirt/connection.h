/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The domains of a libvirt connection, read without changing anything. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_CONNECTION_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_CONNECTION_H

#include <jansson.h>
#include <stdbool.h>

/*
 * All domains that uri knows, as an answer of this program (see main.c). Guest addresses are asked
 * for where a running domain is handed some PCI device. texts: with the definitions' XML.
 */
json_t *read_connection(const char *uri, bool texts);

/* libvirt prints errors by itself unless it is told not to. */
void keep_libvirt_quiet(void);

/* One domain of an answer. Definitions are texts or NULL; a broken one is told in "broken". */
json_t *describe_domain(const char *name, const char *state, bool managed_save, const char *saved,
			const char *live);

#endif
