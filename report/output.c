/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a report goes. */
#include "report/output.h"

#include "base/alloc.h"
#include "base/chase.h"
#include "base/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_TRIES = 100 };

/* A device, or a FIFO: another user's could hold us, and would get what is not for him. */
static int write_in_place(const struct chased *place, const struct stat *status, const char *text,
			  size_t length)
{
	_cleanup_close_ int descriptor = -1;

	if (S_ISFIFO(status->st_mode) && !is_our_own(status))
		return -EPERM;
	descriptor = openat(place->folder, place->name,
			    O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	return descriptor < 0 ? -errno : write_all(descriptor, text, length);
}

/*
 * Whatever the umask, not everybody may rewrite a report. umask(2) can only be read by setting it;
 * nothing else runs beside us here.
 */
static mode_t default_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0664 & ~mask;
}

/* A new file beside the place; its name becomes *ret, which the caller frees. */
static int open_temporary(const struct chased *place, char **ret)
{
	int descriptor = -1, tries = 0;

	do {
		unsigned number;

		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return -errno;
		free(*ret);
		*ret = xasprintf("%s.%08x", place->name, number);
		descriptor = openat(place->folder, *ret,
				    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	} while (descriptor < 0 && errno == EEXIST && ++tries < MAX_TRIES);
	return descriptor < 0 ? -errno : descriptor;
}

/* old: what stands there now, whose owner and mode are kept; NULL when nothing does. */
static int replace(const struct chased *place, const struct stat *old, const char *text,
		   size_t length)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int descriptor = open_temporary(place, &temporary);
	int r;

	if (descriptor < 0)
		return descriptor;
	r = write_all(descriptor, text, length);
	/* Only root can give a file away; anybody else writes a file of his own. */
	if (r == 0 && old && fchown(descriptor, old->st_uid, old->st_gid) < 0 && geteuid() == 0)
		r = -errno;
	if (r == 0 && (fchmod(descriptor, old ? old->st_mode & 0777 : default_mode()) < 0 ||
		       fsync(descriptor) < 0 ||
		       renameat(place->folder, temporary, place->folder, place->name) < 0))
		r = -errno;
	if (r < 0)
		unlinkat(place->folder, temporary, 0);
	return r;
}

static int write_at(const struct chased *place, const char *text, size_t length)
{
	struct stat status;

	if (!*place->name)
		return -EISDIR;
	if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? replace(place, NULL, text, length) : -errno;
	if (S_ISREG(status.st_mode))
		return replace(place, &status, text, length);
	return S_ISDIR(status.st_mode) ? -EISDIR : write_in_place(place, &status, text, length);
}

int output_write(const char *path, const char *text, size_t length, struct error *error)
{
	_cleanup_chased_ struct chased place = { .folder = -1 };
	int r;

	if (!path) {
		r = write_all(STDOUT_FILENO, text, length);
		return r < 0 ? error_set_errno(error, r, "writing the report") : 0;
	}
	r = chase(path, false, &place, error);
	if (r < 0)
		return error_wrap(error, "--output %s", path);
	r = write_at(&place, text, length);
	return r < 0 ? error_set_errno(error, r, "--output %s", path) : 0;
}
