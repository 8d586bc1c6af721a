/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handing PCI functions from one driver to another while the host runs. */
#ifndef GPUCHECK_HOST_PCI_REBIND_H
#define GPUCHECK_HOST_PCI_REBIND_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"

/*
 * Let vfio-pci have these functions ("0000:01:00.0"): driver_override, unbind, probe
 * (Documentation/ABI/testing/sysfs-bus-pci). Only on the live host. A driver that does not let go
 * within `seconds` is -ETIMEDOUT; the child that waits for it is left to the kernel. The caller has
 * made sure that nobody uses them.
 */
int rebind_to_vfio(struct host *host, const struct strings *functions, unsigned seconds,
		   struct error *error);

#endif
