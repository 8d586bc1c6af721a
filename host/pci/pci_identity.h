/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a PCI function is to a driver's table of ids: all of it stands in its modalias. */
#ifndef GPUCHECK_HOST_PCI_PCI_IDENTITY_H
#define GPUCHECK_HOST_PCI_PCI_IDENTITY_H

#include "host/pci/pci.h"

struct pci_identity {
	char name[PCI_ADDRESS_SIZE]; /* address, as sysfs writes it */
	char *modalias;              /* "pci:v000010DEd00002504sv…" */
	uint32_t vendor, device, subvendor, subdevice;
	uint32_t class; /* base class, subclass, interface */
};

/*
 * From the function's modalias (drivers/pci/pci-driver.c, pci_uevent). -errno with the path;
 * -EINVAL for one that is not of that form. The caller frees *ret.
 */
int pci_identity_read(struct host *host, const struct pci_function *function,
		      struct pci_identity *ret, struct error *error);

/* The same from the text alone; -EINVAL. name is copied. */
int pci_identity_parse(const char *modalias, const char *name, struct pci_identity *ret);
void pci_identity_free(struct pci_identity *identity); /* the struct itself is the caller's */

#endif
