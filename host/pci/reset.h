/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the kernel can reset a PCI function (Documentation/ABI/testing/sysfs-bus-pci, reset_method).
 */
#ifndef GPUCHECK_HOST_PCI_RESET_H
#define GPUCHECK_HOST_PCI_RESET_H

#include "base/strings.h"
#include "host/pci/pci.h"

#include <stdint.h>

struct pci_reset {
	const char *file;       /* what told it: reset_method or reset; NULL: neither is there */
	struct strings methods; /* in the order they are tried; empty behind the file reset */
};

/*
 * reset_method names the ways (Linux 5.15 on); reset is there where there is one, and says no more.
 * A function that cannot be reset has neither. The caller frees ret->methods.
 */
int pci_reset_read(struct host *host, struct pci_function *function, struct pci_reset *ret,
		   struct error *error);

/* "device_specific flr bus\n" in words; an empty text has none. -EINVAL for anything else. */
int pci_reset_methods_parse(const char *text, struct strings *ret);

/*
 * The family of a GPU ("Navi 10") that is known not to come back from the resets that the PCI
 * specification knows; NULL for any other.
 */
const char *pci_reset_trouble(uint16_t vendor, uint16_t device);

#endif
