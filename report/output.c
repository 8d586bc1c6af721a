/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a report goes. */
#include "report/output.h"

#include "base/alloc.h"
#include "base/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Where a path's links lead, whether the end exists or not; the caller frees it. NULL: errno. */
static char *follow_links(const char *path)
{
	char *at = xstrdup(path);

	for (int links = 0; links < 40; links++) {
		char target[4096], *next;
		ssize_t length = readlink(at, target, sizeof(target) - 1);
		const char *slash = strrchr(at, '/');

		if (length < 0)
			return at;
		target[length] = '\0';
		next = *target == '/' || !slash
			       ? xstrdup(target)
			       : xasprintf("%.*s/%s", (int)(slash - at), at, target);
		free(at);
		at = next;
	}
	free(at);
	errno = ELOOP;
	return NULL;
}

/* old: what stands there now, whose owner and mode are kept; NULL when nothing does. */
static int replace(const char *path, const struct stat *old, const char *text, size_t length)
{
	_cleanup_free_ char *temporary = xasprintf("%s.XXXXXX", path);
	_cleanup_close_ int descriptor = mkostemp(temporary, O_CLOEXEC);
	int r;

	if (descriptor < 0)
		return -errno;
	r = write_all(descriptor, text, length);
	/* Only root can give a file away; anybody else writes a file of his own. */
	if (r == 0 && old && fchown(descriptor, old->st_uid, old->st_gid) < 0 && geteuid() == 0)
		r = -errno;
	if (r == 0 && (fchmod(descriptor, old ? old->st_mode & 07777 : default_mode()) < 0 ||
		       fsync(descriptor) < 0 || rename(temporary, path) < 0))
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
	target = follow_links(path);
	if (!target)
		r = -errno;
	else if (stat(target, &status) < 0)
		r = errno == ENOENT ? replace(target, NULL, text, length) : -errno;
	else if (S_ISREG(status.st_mode))
		r = replace(target, &status, text, length);
	else if (S_ISDIR(status.st_mode))
		r = -EISDIR;
	else
		r = write_in_place(target, text, length);
	return r < 0 ? error_set_errno(error, r, "--output %s", path) : 0;
}
