/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How wide the addresses are that an IOMMU maps for a device. */
#include "host/iommu/iommu_width.h"

#include "base/alloc.h"
#include "host/iommu/iommu.h"
#include "host/state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MGAW_SHIFT = 16, MGAW_MASK = 0x3f };

int iommu_width_parse(const char *text, unsigned *ret)
{
	unsigned long long cap;
	char *end;

	if (!isxdigit((unsigned char)*text) || text[1] == 'x')
		return -EINVAL;
	errno = 0;
	cap = strtoull(text, &end, 16);
	if (errno || (*end && strcmp(end, "\n") != 0))
		return -EINVAL;
	*ret = (unsigned)(cap >> MGAW_SHIFT & MGAW_MASK) + 1;
	return 0;
}

static int unit_width(struct host *host, const char *unit, unsigned *ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("sys/class/iommu/%s/intel-iommu/cap", unit);
	_cleanup_free_ char *text = NULL;
	int r = root_read_text(host->root, path, LIMIT_NUMBER, &text, error);

	if (r < 0)
		return r;
	r = iommu_width_parse(text, ret);
	return r < 0 ? error_set(error, r, "/%s: no hexadecimal number", path) : 0;
}

int iommu_width(struct host *host, struct pci_function *function, unsigned *ret,
		const char **ret_unit, struct error *error)
{
	_cleanup_free_ char *path = pci_path(function, "iommu"), *own = NULL;
	const struct strings *units;
	const char *narrowest = NULL;
	unsigned width = 0;
	int r = iommu_units(host, &units, error);

	if (r == 0)
		r = read_link_name(host->root, path, &own, error);
	for (size_t i = 0; r == 0 && i < units->count; i++) {
		unsigned one;

		if (!starts_with(units->items[i], "dmar") ||
		    (own && strcmp(own, units->items[i]) != 0))
			continue;
		r = unit_width(host, units->items[i], &one, error);
		if (r == 0 && (!narrowest || one < width)) {
			narrowest = units->items[i];
			width = one;
		}
	}
	if (r < 0)
		return r;
	*ret = width;
	*ret_unit = narrowest;
	return 0;
}
