/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest addresses taken out of a domain's definition, as text: every other byte stays as it is. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_DROP_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_DROP_H

#include "base/error.h"
#include "host/pci/pci_address.h"

#include <stddef.h>

/*
 * xml without the <address> of the hostdevs that pass these functions, so that libvirt chooses
 * where the guest gets them; <source> keeps its own. A line that held nothing else goes with it.
 * *ret is the caller's; it is xml itself again when there is none. -EINVAL for what is no
 * well-formed <domain> or has a document type.
 */
int domain_drop(const char *xml, const struct pci_address *sources, size_t count, char **ret,
		struct error *error);

#endif
