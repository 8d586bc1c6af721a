/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes of memory for people. */
#include "base/size.h"

#include "base/alloc.h"

#include <inttypes.h>

static char *in_unit(uint64_t bytes, uint64_t unit, const char *name)
{
	uint64_t whole = bytes / unit, tenths = bytes % unit / (unit / 10);

	/* A tenth of a binary unit is rounded itself: the last part of it would be an eleventh. */
	if (tenths > 9)
		tenths = 9;
	if (tenths)
		return xasprintf("%" PRIu64 ".%" PRIu64 " %s", whole, tenths, name);
	return xasprintf("%" PRIu64 " %s", whole, name);
}

char *size_text(uint64_t bytes)
{
	if (bytes >= GIB)
		return in_unit(bytes, GIB, "GiB");
	if (bytes >= MIB)
		return in_unit(bytes, MIB, "MiB");
	return bytes ? in_unit(bytes, KIB, "KiB") : xstrdup("0");
}

uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}
