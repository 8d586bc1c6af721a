/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IOMMU as the kernel shows it: units, groups, reserved regions, interrupt remapping, and the
 * firmware tables behind it (Documentation/ABI/testing/sysfs-class-iommu*,
 * sysfs-kernel-iommu_groups).
 */
#ifndef GPUCHECK_HOST_IOMMU_IOMMU_H
#define GPUCHECK_HOST_IOMMU_IOMMU_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"
#include "host/iommu/iommu_arguments.h"

#include <stdbool.h>

/* Units at work: the names in sys/class/iommu (dmar0, ivhd0), sorted. They stay the host's. */
int iommu_units(struct host *host, const struct strings **ret, struct error *error);

/* Whether the firmware has an ACPI table: DMAR or IVRS. -errno when that cannot be told. */
int firmware_has_table(struct host *host, const char *name, bool *ret, struct error *error);

/* Whether the host was started by UEFI. Never fails: it only chooses words. */
bool firmware_is_efi(struct host *host);

/* Which maker's IOMMU this machine has: by table, then by unit, then by CPU. Never fails. */
enum iommu_kind iommu_kind(struct host *host);

/* Names below the group's devices folder, sorted: PCI addresses and, rarely, other devices. */
int iommu_group_members(struct host *host, const char *group, struct strings *ret,
			struct error *error);

/* The group is vfio's own, without an IOMMU behind it (enable_unsafe_noiommu_mode). */
int iommu_group_is_noiommu(struct host *host, const char *group, bool *ret, struct error *error);

/* The lines "start end type" of the group's reserved regions; the caller frees *ret. */
int iommu_group_reserved(struct host *host, const char *group, char **ret, struct error *error);

/* The driver of a group's member that is no PCI function; *ret is the caller's, NULL for none. */
int iommu_member_driver(struct host *host, const char *group, const char *member, char **ret,
			struct error *error);

/* Some interrupt goes through a remapping (IR-) chip. */
int interrupts_are_remapped(struct host *host, bool *ret, struct error *error);

/* vfio_iommu_type1's allow_unsafe_interrupts reads Y; false where the module is not loaded. */
int unsafe_interrupts_are_allowed(struct host *host, bool *ret, struct error *error);

#endif
