/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gpucheck-definitions: what gpucheck-libvirt (main.c there) is without libvirt. */
#include "host/programs/libvirt/answer.h"
#include "host/programs/libvirt/change.h"
#include "host/programs/libvirt/connection.h"

json_t *read_connection(const char *uri, bool texts)
{
	(void)texts;
	return answer_error("request", "%s: this program asks no libvirt", uri);
}

json_t *change_domain(const char *uri, const json_t *request)
{
	(void)uri;
	(void)request;
	return NULL;
}

void keep_libvirt_quiet(void)
{
}
