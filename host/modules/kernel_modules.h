/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's kernel knows of its modules (depmod(8)'s indexes, sysfs). */
#ifndef GPUCHECK_HOST_MODULES_KERNEL_MODULES_H
#define GPUCHECK_HOST_MODULES_KERNEL_MODULES_H

#include "base/error.h"
#include "base/strings.h"
#include "host/pci/pci.h"

#include <stdbool.h>

/* A module's name as the kernel writes it: - is _. The caller frees it. */
char *module_name(const char *name);

/*
 * The path below the root of one of depmod's files for the running kernel: "lib/modules/…/name";
 * NULL in *ret when the kernel's release is not recorded. The caller frees it.
 */
int kernel_modules_file(struct host *host, const char *name, char **ret, struct error *error);

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

/*
 * The modules that ask for this function: those with an "alias pci:…" in modules.alias that its
 * modalias matches, by name (with _), sorted, without vfio_pci. What is built into the kernel is
 * not in modules.alias. *ret must be empty. -ENOENT when the modalias or the index is not there.
 */
int modules_claiming(struct host *host, struct pci_function *function, struct strings *ret,
		     struct error *error);

#endif
