/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of a group's reserved_regions; it touches nothing but its arguments. */
#ifndef GPUCHECK_HOST_IOMMU_RESERVED_REGIONS_H
#define GPUCHECK_HOST_IOMMU_RESERVED_REGIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reserved_region {
	uint64_t start, end; /* the last byte is its own */
	char type[32];       /* "direct", "direct-relaxable", "msi", "reserved" */
};

/* A line "0x… 0x… type" that is length bytes long. False for anything else. */
bool reserved_region_parse(const char *line, size_t length, struct reserved_region *ret);

#endif
