/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a function is called: by libpci, from the host's own pci.ids where it has one. */
#ifndef GPUCHECK_HOST_PCI_PCI_NAMES_H
#define GPUCHECK_HOST_PCI_PCI_NAMES_H

#include "host/pci/pci.h"

/*
 * "0000:01:00.1 GA106 High Definition Audio Controller [10de:228e]", as much of it as is known; the
 * caller frees it. Never fails: a name explains, it does not decide.
 */
char *pci_describe(struct host *host, struct pci_function *function);

/* The vendor's and the device's name and ids, without the address; the caller frees it. */
char *pci_full_name(struct host *host, struct pci_function *function);

/* The names alone, as they are known here, NULL for one that is not; the caller frees both. */
void pci_names(struct host *host, uint16_t vendor, uint16_t device, char **ret_vendor,
	       char **ret_device);

#endif
