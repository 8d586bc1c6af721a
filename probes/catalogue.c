/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All probes in the order of the chain. A new check is a file beside this one and a line here. */
#include "probes/catalogue.h"

#include "base/alloc.h"

#include <string.h>

#define PROBES(PROBE)                  \
	PROBE(host_kvm_probe)          \
	PROBE(host_gpu_probe)          \
	PROBE(iommu_enabled_probe)     \
	PROBE(iommu_cmdline_probe)     \
	PROBE(iommu_remapping_probe)   \
	PROBE(iommu_reserved_probe)    \
	PROBE(iommu_isolated_probe)    \
	PROBE(driver_vfio_probe)       \
	PROBE(driver_persistent_probe) \
	PROBE(driver_users_probe)      \
	PROBE(driver_reset_probe)      \
	PROBE(display_primary_probe)   \
	PROBE(display_console_probe)   \
	PROBE(vm_hostdev_probe)        \
	PROBE(vm_functions_probe)      \
	PROBE(vm_conflict_probe)       \
	PROBE(vm_address_probe)        \
	PROBE(vm_mmio_probe)           \
	PROBE(vm_memory_probe)         \
	PROBE(vm_pending_probe)        \
	PROBE(vm_running_probe)        \
	PROBE(guest_ssh_probe)         \
	PROBE(guest_device_probe)      \
	PROBE(guest_bars_probe)        \
	PROBE(guest_driver_probe)

#define DECLARE(name) extern const struct probe name;
#define ADDRESS(name) &name,

PROBES(DECLARE)

const struct probe *const catalogue[] = { PROBES(ADDRESS) };
const size_t catalogue_count = ARRAY_SIZE(catalogue);

const struct probe *catalogue_find(const char *id)
{
	for (size_t i = 0; i < catalogue_count; i++)
		if (!strcmp(catalogue[i]->id, id))
			return catalogue[i];
	return NULL;
}
