/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which driver has a function, and whether it hands it to user space through vfio. */
#ifndef GPUCHECK_HOST_MODULES_VFIO_DRIVER_H
#define GPUCHECK_HOST_MODULES_VFIO_DRIVER_H

#include "host/pci/pci.h"

/*
 * The driver a function is bound to (the name stays the host's), NULL and false when there is none.
 * One of vfio's is vfio-pci by its exact name, or a variant: a driver that registered this function
 * with vfio, or whose module has a vfio_pci: alias. Outputs are set on success only.
 */
int vfio_driver_of(struct host *host, struct pci_function *function, const char **ret_driver,
		   bool *ret_vfio, struct error *error);

#endif
