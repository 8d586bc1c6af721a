/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of proc/interrupts; it touches nothing but its arguments. */
#ifndef GPUCHECK_HOST_IOMMU_INTERRUPTS_H
#define GPUCHECK_HOST_IOMMU_INTERRUPTS_H

#include <stdbool.h>

/*
 * Whether the chip column of some row begins with "IR-" (IR-IO-APIC, IR-PCI-MSI): the interrupt is
 * remapped. Names of handlers, later in a row, do not count. -EINVAL without a header of CPUs or
 * without any row below it.
 */
int interrupts_have_remapping(const char *text, bool *ret);

#endif
