/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing all of a text, however many calls that takes. */
#include "base/write_all.h"

#include <errno.h>
#include <unistd.h>

int write_all(int descriptor, const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(descriptor, text, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}
