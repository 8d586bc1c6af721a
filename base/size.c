/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes of memory for people. */
#include "base/size.h"

#include "base/alloc.h"

#include <inttypes.h>

/* Memory of a few TiB is told in GiB, which a person can compare. */
static uint64_t unit_of(uint64_t bytes)
{
	if (bytes >= 4 * TIB)
		return TIB;
	return bytes >= GIB ? GIB : bytes >= MIB ? MIB : KIB;
}

/* So many tenths of the unit. */
static char *tenths_text(uint64_t tenths, uint64_t unit)
{
	const char *name = unit == TIB ? "TiB" : unit == GIB ? "GiB" : unit == MIB ? "MiB" : "KiB";

	if (tenths % 10)
		return xasprintf("%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, name);
	return xasprintf("%" PRIu64 " %s", tenths / 10, name);
}

static uint64_t tenths_of(uint64_t bytes, uint64_t unit)
{
	return bytes / unit * 10 + bytes % unit * 10 / unit;
}

char *size_text(uint64_t bytes)
{
	uint64_t unit = unit_of(bytes);

	return bytes ? tenths_text(tenths_of(bytes, unit), unit) : xstrdup("0");
}

char *size_text_up(uint64_t bytes)
{
	uint64_t unit = unit_of(bytes), tenths = tenths_of(bytes, unit);

	/* A binary unit has no exact tenths: only a whole number of them is exact. */
	tenths += bytes % unit * 10 % unit != 0;
	return bytes ? tenths_text(tenths, unit) : xstrdup("0");
}

uint64_t align_up(uint64_t value, uint64_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}
