/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services of the host, by systemctl. */
#include "host/process/service.h"

#include "base/alloc.h"
#include "host/process/command.h"

#include <errno.h>
#include <string.h>

enum { LIMIT_OUTPUT = 1 << 16 };

int service_stop(const struct host *host, const char *unit, unsigned seconds, struct error *error)
{
	_cleanup_(command_free) struct command stop = { .seconds = seconds };
	_cleanup_free_ char *said = NULL;
	int status, r;

	if (!host_is_live(host))
		return error_set(error, EINVAL, "below a root no service is stopped");
	strings_add(&stop.words, "/usr/bin/systemctl");
	strings_add(&stop.words, "stop");
	strings_add(&stop.words, "--");
	strings_add(&stop.words, unit);
	r = command_read(&stop, LIMIT_OUTPUT, &said, &status, error);
	if (r < 0 || !status)
		return r;
	said[strcspn(said, "\n")] = '\0';
	return error_set(error, EIO, "systemctl stop failed with status %d%s%s", status,
			 *said ? ": " : "", said);
}
