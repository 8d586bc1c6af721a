/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the index of kernel modules says of a driver (modules.alias of depmod(8)). */
#ifndef GPUCHECK_HOST_MODULE_ALIAS_H
#define GPUCHECK_HOST_MODULE_ALIAS_H

#include "base/error.h"
#include "host/host.h"

#include <stdbool.h>

/*
 * Whether the module of this PCI driver has an alias "vfio_pci:…": it is a variant of vfio-pci
 * (Documentation/driver-api/vfio-pci-device-specific-driver-acceptance). False without an index.
 */
int driver_is_vfio_variant(struct host *host, const char *driver, bool *ret, struct error *error);

#endif
