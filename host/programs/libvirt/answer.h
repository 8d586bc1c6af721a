/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the answers of this program share: its errors, and how it names the state of a domain. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_ANSWER_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_ANSWER_H

#include <jansson.h>
#include <libvirt/libvirt.h>

/* {"error": {"kind", "text"}}, the kinds of main.c. */
json_t *answer_error(const char *kind, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same from libvirt's last error, after a connection could not be opened or listed. */
json_t *answer_connection_failure(void);

/* The same after an operation on a domain failed; "refused" when nothing tells more. */
json_t *answer_operation_failure(void);

/* running, paused, suspended, crashed, off, unknown. */
const char *domain_state(virDomainPtr domain);

#endif
