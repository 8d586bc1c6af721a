/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices Xorg is told to use: BusID lines of Device sections (xorg.conf(5)). */
#ifndef GPUCHECK_HOST_DISPLAY_XORG_H
#define GPUCHECK_HOST_DISPLAY_XORG_H

#include "base/error.h"
#include "host/host.h"
#include "host/pci/pci_address.h"

#include <stdbool.h>
#include <stddef.h>

struct xorg_bus_id {
	char *file; /* below the root */
	char *text; /* as written: "PCI:101:0:0" */
	bool valid; /* Xorg takes it as a PCI address */
	struct pci_address address;
};

struct xorg {
	bool installed;
	struct xorg_bus_id *ids;
	size_t count;
};

/* The host's, read once; an unreadable file is -errno with its path. */
int xorg_read(struct host *host, const struct xorg **ret, struct error *error);
void xorg_free(struct xorg *xorg);

/* Adds the BusIDs of one file's Device sections; file is only kept as a name. */
void xorg_parse(const char *text, const char *file, struct xorg *xorg);

/* "PCI:bus[@domain]:device[:function]", all decimal. False when Xorg would not take it. */
bool xorg_bus_id_parse(const char *text, struct pci_address *ret);

/* The same in the other direction; the caller frees it. */
char *xorg_bus_id_format(const struct pci_address *address);

#endif
