/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a report goes. */
#include "report/output.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int descriptor, const char *text, size_t length)
{
	while (length) {
		ssize_t wrote = write(descriptor, text, length);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -errno;
		text += wrote;
		length -= (size_t)wrote;
	}
	return 0;
}

static int write_in_place(const char *path, const char *text, size_t length)
{
	_cleanup_close_ int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return descriptor < 0 ? -errno : write_all(descriptor, text, length);
}

/* umask(2) can only be read by setting it; nothing else runs beside us here. */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int replace(const char *path, mode_t mode, const char *text, size_t length)
{
	_cleanup_free_ char *temporary = xasprintf("%s.XXXXXX", path);
	_cleanup_close_ int descriptor = mkostemp(temporary, O_CLOEXEC);
	int r;

	if (descriptor < 0)
		return -errno;
	r = write_all(descriptor, text, length);
	if (r == 0 &&
	    (fchmod(descriptor, mode) < 0 || fsync(descriptor) < 0 || rename(temporary, path) < 0))
		r = -errno;
	if (r < 0)
		unlink(temporary);
	return r;
}

int output_write(const char *path, const char *text, size_t length, struct error *error)
{
	_cleanup_free_ char *target = NULL;
	struct stat status;
	int r;

	if (!path) {
		r = write_all(STDOUT_FILENO, text, length);
		return r < 0 ? error_set_errno(error, r, "writing the report") : 0;
	}
	if (stat(path, &status) < 0) {
		r = errno == ENOENT ? replace(path, default_mode(), text, length) : -errno;
	} else if (S_ISREG(status.st_mode)) {
		target = realpath(path, NULL);
		r = target ? replace(target, status.st_mode & 07777, text, length) : -errno;
	} else if (S_ISDIR(status.st_mode)) {
		r = -EISDIR;
	} else {
		r = write_in_place(path, text, length);
	}
	return r < 0 ? error_set_errno(error, r, "--output %s", path) : 0;
}
