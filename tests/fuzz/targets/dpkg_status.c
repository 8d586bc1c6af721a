/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dpkg's status: a package, and behind a NUL the file. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/vm/ovmf.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *package = input_text(&input), *status = input_text(&input);
	_cleanup_free_ char *version = dpkg_version(status, package), *more = NULL, *again = NULL;

	PROMISE(!version || (strstr(status, version) && !strchr(version, '\n')));
	/* The first paragraph that has it counts. */
	more = xasprintf("Package: %s\nStatus: install ok installed\nVersion: 2022.11-6\n\n%s",
			 package, status);
	again = dpkg_version(more, package);
	if (!strchr(package, '\n'))
		PROMISE(again && !strcmp(again, "2022.11-6"));
	return 0;
}
