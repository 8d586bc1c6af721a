/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's PCI buses, and where a definition puts devices on them. */
#ifndef GPUCHECK_HOST_VM_PCI_LAYOUT_H
#define GPUCHECK_HOST_VM_PCI_LAYOUT_H

#include "host/pci/pci_address.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum vm_firmware {
	FIRMWARE_UNKNOWN,
	FIRMWARE_BIOS, /* SeaBIOS */
	FIRMWARE_UEFI, /* OVMF */
};

enum vm_chipset {
	CHIPSET_UNKNOWN,
	CHIPSET_I440FX, /* conventional PCI only */
	CHIPSET_Q35,    /* PCI Express */
};

/* A bus that the definition has a <controller type='pci'> for. */
struct layout_bus {
	unsigned index;
	char *model; /* as libvirt's formatdomain lists them; NULL when it is left to libvirt */
};

/* A device that the definition gives a PCI address in the guest. */
struct layout_device {
	char *what; /* its start tag, shortened */
	struct pci_address address;
	struct pci_address source; /* on the host, where has_source: it is a hostdev */
	bool has_source;
	bool alone; /* multifunction='off' */
};

struct pci_layout {
	char *machine; /* NULL when the definition names none */
	enum vm_chipset chipset;
	enum vm_firmware firmware;
	struct layout_bus *buses;
	size_t bus_count;
	struct layout_device *devices;
	size_t device_count;
};

/* From what gpucheck-libvirt answers (domain_devices.h). False when it is not as it should be. */
bool pci_layout_read(const json_t *object, struct pci_layout *ret);
void pci_layout_free(struct pci_layout *layout);

/*
 * The model of the controller that makes a bus: the one defined, or the one that libvirt adds where
 * none is (qemuDomainPCIAddressSetCreate). NULL when it cannot be told.
 */
const char *pci_layout_model(const struct pci_layout *layout, unsigned bus);

/* A device at this address other than the hostdev of source; NULL when there is none. */
const struct layout_device *pci_layout_find(const struct pci_layout *layout,
					    const struct pci_address *address,
					    const struct pci_address *source);

#endif
