/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reserved regions of an IOMMU group. */
#include "host/iommu/reserved_regions.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <string.h>

static void check_line(const char *line, size_t length)
{
	struct reserved_region region, again;
	_cleanup_free_ char *printed = NULL;

	if (!reserved_region_parse(line, length, &region))
		return;
	PROMISE(region.start <= region.end);
	printed = xasprintf("0x%016" PRIx64 " 0x%016" PRIx64 " %s", region.start, region.end,
			    region.type);
	PROMISE(reserved_region_parse(printed, strlen(printed), &again));
	PROMISE(!memcmp(&region, &again, sizeof(region)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);
	const char *cursor = text, *line;
	size_t length;

	while (next_line(&cursor, &line, &length))
		check_line(line, length);
	return 0;
}
