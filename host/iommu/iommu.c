/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IOMMU as the kernel shows it. */
#include "host/iommu/iommu.h"

#include "base/alloc.h"
#include "host/cpu.h"
#include "host/iommu/interrupts.h"
#include "host/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS "sys/kernel/iommu_groups"

/* A sorted listing that the host keeps. */
static int listed(struct host *host, const char *path, struct strings **kept,
		  const struct strings **ret, struct error *error)
{
	if (!*kept) {
		struct strings names = { 0 };
		int r = root_list(host->root, path, &names, error);

		if (r < 0)
			return r;
		strings_sort(&names);
		*kept = xcalloc(1, sizeof(**kept));
		**kept = names;
	}
	*ret = *kept;
	return 0;
}

int iommu_units(struct host *host, const struct strings **ret, struct error *error)
{
	return listed(host, "sys/class/iommu", &host->iommu_units, ret, error);
}

int firmware_has_table(struct host *host, const char *name, bool *ret, struct error *error)
{
	const struct strings *tables;
	int r = listed(host, "sys/firmware/acpi/tables", &host->acpi_tables, &tables, error);

	if (r < 0)
		return r;
	*ret = strings_have(tables, name);
	return 0;
}

bool firmware_is_efi(struct host *host)
{
	return root_exists(host->root, "sys/firmware/efi", NULL) > 0;
}

enum iommu_kind iommu_kind(struct host *host)
{
	const struct strings *units;
	struct cpu cpu;
	bool found;

	if (firmware_has_table(host, "DMAR", &found, NULL) == 0 && found)
		return IOMMU_VTD;
	if (firmware_has_table(host, "IVRS", &found, NULL) == 0 && found)
		return IOMMU_AMD_VI;
	if (iommu_units(host, &units, NULL) == 0 && units->count) {
		if (starts_with(units->items[0], "dmar"))
			return IOMMU_VTD;
		if (starts_with(units->items[0], "ivhd"))
			return IOMMU_AMD_VI;
	}
	if (cpu_read(host, &cpu, NULL) == 0 && cpu.known)
		return cpu.amd ? IOMMU_AMD_VI : IOMMU_VTD;
	return IOMMU_UNKNOWN;
}

int iommu_group_members(struct host *host, const char *group, struct strings *ret,
			struct error *error)
{
	_cleanup_free_ char *path = xasprintf(GROUPS "/%s/devices", group);
	int r = root_list(host->root, path, ret, error);

	if (r == 0)
		strings_sort(ret);
	return r;
}

int iommu_group_is_noiommu(struct host *host, const char *group, bool *ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf(GROUPS "/%s/name", group);
	_cleanup_free_ char *name = NULL;
	int r = root_read(host->root, path, LIMIT_NUMBER, &name, NULL, error);

	/* Only some groups have a name. */
	if (r < 0 && r != -ENOENT)
		return r;
	*ret = name && !strcmp(name, "vfio-noiommu\n");
	return 0;
}

int iommu_group_reserved(struct host *host, const char *group, char **ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf(GROUPS "/%s/reserved_regions", group);

	return root_read_text(host->root, path, LIMIT_TEXT, ret, error);
}

int iommu_member_driver(struct host *host, const char *group, const char *member, char **ret,
			struct error *error)
{
	_cleanup_free_ char *path = xasprintf(GROUPS "/%s/devices/%s/driver", group, member);

	return read_link_name(host->root, path, ret, error);
}

int interrupts_are_remapped(struct host *host, bool *ret, struct error *error)
{
	int r = fact_must(&host->interrupts, host->root, "proc/interrupts", LIMIT_LARGE, error);

	if (r < 0)
		return r;
	r = interrupts_have_remapping(host->interrupts.text, ret);
	return r < 0 ? error_set(error, r, "/proc/interrupts: not the table it should be") : 0;
}

int unsafe_interrupts_are_allowed(struct host *host, bool *ret, struct error *error)
{
	struct fact *fact = &host->unsafe_interrupts;
	int r = fact_file(fact, host->root,
			  "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
			  LIMIT_NUMBER, error);

	if (r < 0)
		return r;
	*ret = r && (fact->text[0] == 'Y' || fact->text[0] == '1');
	return 0;
}
