/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's kernel knows of its modules (depmod(8)'s indexes, sysfs). */
#ifndef GPUCHECK_HOST_KERNEL_MODULES_H
#define GPUCHECK_HOST_KERNEL_MODULES_H

#include "base/error.h"
#include "host/host.h"

#include <stdbool.h>

/*
 * Whether the module of this PCI driver has an alias "vfio_pci:…": it is a variant of vfio-pci
 * (Documentation/driver-api/vfio-pci-device-specific-driver-acceptance). -ENOENT without an index.
 */
int driver_is_vfio_variant(struct host *host, const char *driver, bool *ret, struct error *error);

/*
 * The module a PCI driver comes from (xhci_hcd: xhci_pci), by the link in the driver's folder; NULL
 * when it is built into the kernel. The caller frees it.
 */
int driver_module(struct host *host, const char *driver, char **ret, struct error *error);

/* Whether the module is built into the running kernel (modules.builtin); false without an index. */
int module_is_builtin(struct host *host, const char *module, bool *ret, struct error *error);

#endif
