/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How wide the addresses are that an IOMMU maps for a device. */
#ifndef GPUCHECK_HOST_IOMMU_IOMMU_WIDTH_H
#define GPUCHECK_HOST_IOMMU_IOMMU_WIDTH_H

#include "base/error.h"
#include "host/pci/pci.h"

/*
 * In bits, of the VT-d unit that translates for the function: the capability register's MGAW (VT-d
 * specification 11.4.2), from sysfs' intel-iommu/cap. Where no link names the unit, the narrowest.
 * 0 where nothing limits them: AMD-Vi's page tables have 48 bits at least, as many as its CPUs, and
 * no IOMMU no limit. *ret_unit stays the host's, NULL with 0. -errno with the path.
 */
int iommu_width(struct host *host, struct pci_function *function, unsigned *ret,
		const char **ret_unit, struct error *error);

/* The text of cap: hexadecimal digits. -EINVAL. */
int iommu_width_parse(const char *text, unsigned *ret);

#endif
