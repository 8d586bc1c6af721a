/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address of a PCI function: domain:bus:device.function, hexadecimal. */
#ifndef GPUCHECK_HOST_PCI_PCI_ADDRESS_H
#define GPUCHECK_HOST_PCI_PCI_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct pci_address {
	uint32_t domain; /* more than four digits behind Intel VMD and on large machines */
	uint8_t bus;
	uint8_t device;   /* 0 to 31 */
	uint8_t function; /* 0 to 7 */
};

enum { PCI_ADDRESS_SIZE = sizeof("ffffffff:ff:ff.f") };

/* The whole text must be an address; "01:00.0" is domain 0. False and *ret untouched otherwise. */
bool pci_address_parse(const char *text, struct pci_address *ret);

void pci_address_format(const struct pci_address *address, char text[PCI_ADDRESS_SIZE]);

/* Less than, equal to or greater than 0, as strcmp. */
int pci_address_compare(const struct pci_address *left, const struct pci_address *right);

/* Same domain, bus and device. */
bool pci_address_same_slot(const struct pci_address *left, const struct pci_address *right);

#endif
