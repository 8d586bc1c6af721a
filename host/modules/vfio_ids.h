/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids= parameter of vfio-pci (drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids). */
#ifndef GPUCHECK_HOST_MODULES_VFIO_IDS_H
#define GPUCHECK_HOST_MODULES_VFIO_IDS_H

#include "host/modules/modprobe.h"
#include "host/pci/pci_identity.h"

#include <stdbool.h>
#include <stdint.h>

/* One id; a function is taken when all of it fits. */
struct vfio_id {
	uint32_t vendor, device, subvendor, subdevice; /* VFIO_ID_ANY fits every one */
	uint32_t class, class_mask;                    /* bits of the class that must be the same */
};

#define VFIO_ID_ANY UINT32_MAX

/*
 * The ids that vfio-pci is given when modprobe loads it, as they are written; those that are empty
 * are left out. The options line they come from, NULL when there is none. *ret must be empty.
 */
const struct modprobe_line *vfio_ids_of_module(const struct modprobe *modprobe,
					       struct strings *ret);

/* The same for one value of ids=, from the kernel's command line say. */
void vfio_ids_split(const char *value, struct strings *ret);

/* "10de:2504[:subvendor[:subdevice[:class[:mask]]]]", hexadecimal. False for what the driver passes
 * over; what follows the last number does not matter to it. */
bool vfio_id_parse(const char *text, struct vfio_id *ret);

/* Whether the driver takes the function by it (drivers/pci/pci.h, pci_match_one_device). */
bool vfio_id_fits(const struct vfio_id *id, const struct pci_identity *identity);

#endif
