/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel makes of the IOMMU's kernel arguments. Sources: arch/x86/kernel/pci-dma.c
 * (iommu_setup), drivers/iommu/intel/iommu.c (intel_iommu_setup), drivers/iommu/amd/init.c
 * (parse_amd_iommu_options), drivers/iommu/irq_remapping.c.
 */
#ifndef GPUCHECK_HOST_IOMMU_IOMMU_ARGUMENTS_H
#define GPUCHECK_HOST_IOMMU_IOMMU_ARGUMENTS_H

#include "host/boot/kernel_arguments.h"

#include <stdbool.h>

enum iommu_kind {
	IOMMU_UNKNOWN, /* neither table nor CPU tells */
	IOMMU_VTD,     /* Intel's, ACPI table DMAR */
	IOMMU_AMD_VI,  /* AMD's, ACPI table IVRS */
};

/* Words belong to the arguments they were read from; NULL where no word says such a thing. */
struct iommu_arguments {
	const char *off;          /* turns the IOMMU off, and nothing later took that back */
	bool off_is_sticky;       /* nothing later can: the word itself has to go */
	const char *on;           /* asks for it: intel_iommu=on */
	const char *igfx_off;     /* intel_iommu=igfx_off: not for the integrated GPU */
	const char *no_remapping; /* intremap=off or nointremap */
	const char *acs_override; /* pcie_acs_override=: groups split on paper */
};

/* Words for another kind of IOMMU are ignored, as the kernel does; IOMMU_UNKNOWN heeds all. */
void iommu_arguments_read(const struct kernel_arguments *arguments, enum iommu_kind kind,
			  struct iommu_arguments *ret);

#endif
