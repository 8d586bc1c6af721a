/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of a group's reserved_regions. */
#include "host/iommu/reserved_regions.h"

#include "base/strings.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* "0x00000000fee00000 ": moves *cursor behind the blank. */
static bool take_number(const char **cursor, const char *end, uint64_t *ret)
{
	const char *at = *cursor;
	char *behind;

	if (end - at < 3 || !starts_with(at, "0x") || !isxdigit((unsigned char)at[2]))
		return false;
	errno = 0;
	*ret = strtoull(at, &behind, 16);
	if (errno || behind >= end || *behind != ' ')
		return false;
	*cursor = behind + 1;
	return true;
}

bool reserved_region_parse(const char *line, size_t length, struct reserved_region *ret)
{
	const char *at = line, *const end = line + length;
	struct reserved_region found = { 0 };
	size_t letters;

	if (!take_number(&at, end, &found.start) || !take_number(&at, end, &found.end) ||
	    found.end < found.start)
		return false;
	letters = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
	if (!letters || at + letters != end || letters >= sizeof(found.type))
		return false;
	memcpy(found.type, at, letters);
	*ret = found;
	return true;
}
