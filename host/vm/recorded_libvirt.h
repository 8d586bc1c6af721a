/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of libvirt is in none of its files: whether it is there, which it is, and its definitions as
 * it tells them. */
#ifndef GPUCHECK_HOST_VM_RECORDED_LIBVIRT_H
#define GPUCHECK_HOST_VM_RECORDED_LIBVIRT_H

#include "base/error.h"
#include "host/files/root.h"
#include "host/host.h"

#include <stdbool.h>

/* {"installed": false}, or {"installed": true, "version": 9000000} */
#define RECORDED_LIBVIRT "gpucheck/libvirt.json"

struct recorded_libvirt {
	bool absent;      /* the record says that it was not installed */
	unsigned version; /* 0 where it is not told */
};

/* What a root tells of it; all zero where it tells nothing. -EINVAL for another form. */
int recorded_libvirt_read(struct root *root, struct recorded_libvirt *ret, struct error *error);

/* The file's text; the caller frees it. */
char *recorded_libvirt_text(const struct recorded_libvirt *libvirt);

/* A domain as libvirt tells it. */
struct libvirt_domain {
	char *name, *state;
	char *saved, *live; /* XML without passwords; NULL for none */
	bool managed_save;
};

/* All of them, asked anew; the caller frees them. The errors of vms_read. */
int libvirt_domains(struct host *host, struct libvirt_domain **ret, size_t *ret_count,
		    struct error *error);
void libvirt_domains_free(struct libvirt_domain *domains, size_t count);

#endif
