/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions added to a domain's definition, as text: every other byte stays as it is. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_EDIT_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_EDIT_H

#include "base/error.h"
#include "host/vm/vm_changes.h"

#include <stddef.h>

/*
 * One <hostdev> for each addition that xml does not pass yet, behind what <domain>'s own <devices>
 * holds; a <devices> is made where there is none. The guest's address is left to libvirt. *ret is
 * the caller's; it is xml itself again when nothing is missing. -EINVAL for what is no well-formed
 * <domain>, has a document type, or passes a function by <qemu:commandline>.
 */
int domain_edit(const char *xml, const struct vm_addition *additions, size_t count, char **ret,
		struct error *error);

#endif
