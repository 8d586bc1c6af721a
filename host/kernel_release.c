/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which kernel runs. */
#include "host/kernel_release.h"

#include "host/state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#define OSRELEASE "proc/sys/kernel/osrelease"

enum { MOST = 9999 }; /* far above any kernel's number */

static bool number(const char **cursor, unsigned *ret)
{
	unsigned long value;
	char *end;

	if (!isdigit((unsigned char)**cursor))
		return false;
	value = strtoul(*cursor, &end, 10);
	*cursor = end;
	*ret = (unsigned)value;
	return value <= MOST;
}

bool kernel_release_parse(const char *text, unsigned *ret_major, unsigned *ret_minor)
{
	unsigned major, minor;

	if (!number(&text, &major) || *text++ != '.' || !number(&text, &minor))
		return false;
	*ret_major = major;
	*ret_minor = minor;
	return true;
}

int kernel_is_since(struct host *host, unsigned major, unsigned minor, bool *ret,
		    struct error *error)
{
	unsigned its_major, its_minor;
	int r = fact_must(&host->release, host->root, OSRELEASE, LIMIT_NUMBER, error);

	if (r < 0)
		return r;
	if (!kernel_release_parse(host->release.text, &its_major, &its_minor))
		return error_set(error, EINVAL, "/" OSRELEASE ": not a kernel's release");
	*ret = its_major > major || (its_major == major && its_minor >= minor);
	return 0;
}
