/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a driver hands its device to user space through vfio. */
#ifndef GPUCHECK_HOST_MODULES_VFIO_DRIVER_H
#define GPUCHECK_HOST_MODULES_VFIO_DRIVER_H

#include "host/pci/pci.h"

/*
 * vfio-pci by its exact name, or a variant: a driver that registered this function with vfio, or
 * whose module has a vfio_pci: alias.
 */
int driver_is_vfio(struct host *host, struct pci_function *function, const char *driver, bool *ret,
		   struct error *error);

#endif
