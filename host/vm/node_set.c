/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of NUMA nodes and cells as libvirt writes them. */
#include "host/vm/node_set.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

static bool read_number(const char **at, unsigned *ret)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	value = strtoul(*at, &end, 10);
	if (errno || value > UINT_MAX)
		return false;
	*at = end;
	*ret = (unsigned)value;
	return true;
}

bool node_set_has(const char *set, unsigned node)
{
	bool has = false;

	while (*set) {
		bool without = *set == '^';
		unsigned first, last;

		set += without;
		if (!read_number(&set, &first))
			return has;
		last = first;
		if (*set == '-') {
			set++;
			if (!read_number(&set, &last))
				return has;
		}
		if (first <= node && node <= last)
			has = !without;
		if (*set && *set != ',')
			return has;
		set += *set == ',';
	}
	return has;
}
