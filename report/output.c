/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a report goes. */
#include "report/output.h"

#include "base/alloc.h"
#include "base/chase.h"
#include "base/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_TRIES = 100, BUFFER = 1 << 16 };

/* Who prints the report, and what of. */
struct printer {
	void (*print)(FILE *out, const void *data);
	const void *data;
};

/* Where it is printed to, and the first trouble there. */
struct destination {
	int descriptor, code;
};

static ssize_t put(void *cookie, const char *text, size_t length)
{
	struct destination *to = cookie;

	if (to->code == 0)
		to->code = write_all(to->descriptor, text, length);
	/* By now nobody reads what the stream makes of a failure. */
	return (ssize_t)length;
}

static int print_to(int descriptor, const struct printer *printer)
{
	struct destination to = { .descriptor = descriptor };
	FILE *out = fopencookie(&to, "w", (cookie_io_functions_t){ .write = put });

	if (!out)
		return -errno;
	setvbuf(out, NULL, _IOFBF, BUFFER);
	printer->print(out, printer->data);
	fclose(out);
	return to.code;
}

/* A device, or a FIFO: another user's could hold us, and would get what is not for him. */
static int print_in_place(const struct chased *place, const struct stat *status,
			  const struct printer *printer)
{
	_cleanup_close_ int descriptor = -1;

	if (S_ISFIFO(status->st_mode) && !is_our_own(status))
		return -EPERM;
	descriptor = openat(place->folder, place->name,
			    O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	return descriptor < 0 ? -errno : print_to(descriptor, printer);
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
static int replace(const struct chased *place, const struct stat *old,
		   const struct printer *printer)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int descriptor = open_temporary(place, &temporary);
	int r;

	if (descriptor < 0)
		return descriptor;
	r = print_to(descriptor, printer);
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

static int print_at(const struct chased *place, const struct printer *printer)
{
	struct stat status;

	if (!*place->name)
		return -EISDIR;
	if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? replace(place, NULL, printer) : -errno;
	if (S_ISREG(status.st_mode))
		return replace(place, &status, printer);
	return S_ISDIR(status.st_mode) ? -EISDIR : print_in_place(place, &status, printer);
}

int output_print(const char *path, void (*print)(FILE *out, const void *data), const void *data,
		 struct error *error)
{
	const struct printer printer = { print, data };
	_cleanup_chased_ struct chased place = { .folder = -1 };
	int r;

	if (!path) {
		r = print_to(STDOUT_FILENO, &printer);
		return r < 0 ? error_set_errno(error, r, "writing the report") : 0;
	}
	r = chase(path, false, &place, error);
	if (r < 0)
		return error_wrap(error, "--output %s", path);
	r = print_at(&place, &printer);
	return r < 0 ? error_set_errno(error, r, "--output %s", path) : 0;
}

struct text {
	const char *begin;
	size_t length;
};

static void print_text(FILE *out, const void *data)
{
	const struct text *text = data;

	fwrite(text->begin, 1, text->length, out);
}

int output_write(const char *path, const char *text, size_t length, struct error *error)
{
	return output_print(path, print_text, &(struct text){ text, length }, error);
}
