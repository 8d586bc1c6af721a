/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a report goes. */
#include "report/output.h"

#include "base/alloc.h"
#include "base/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 16 };

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

static int print_in_place(const char *path, const struct printer *printer)
{
	_cleanup_close_ int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

	return descriptor < 0 ? -errno : print_to(descriptor, printer);
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
static int replace(const char *path, const struct stat *old, const struct printer *printer)
{
	_cleanup_free_ char *temporary = xasprintf("%s.XXXXXX", path);
	_cleanup_close_ int descriptor = mkostemp(temporary, O_CLOEXEC);
	int r;

	if (descriptor < 0)
		return -errno;
	r = print_to(descriptor, printer);
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

int output_print(const char *path, void (*print)(FILE *out, const void *data), const void *data,
		 struct error *error)
{
	const struct printer printer = { print, data };
	_cleanup_free_ char *target = NULL;
	struct stat status;
	int r;

	if (!path) {
		r = print_to(STDOUT_FILENO, &printer);
		return r < 0 ? error_set_errno(error, r, "writing the report") : 0;
	}
	target = follow_links(path);
	if (!target)
		r = -errno;
	else if (stat(target, &status) < 0)
		r = errno == ENOENT ? replace(target, NULL, &printer) : -errno;
	else if (S_ISREG(status.st_mode))
		r = replace(target, &status, &printer);
	else if (S_ISDIR(status.st_mode))
		r = -EISDIR;
	else
		r = print_in_place(target, &printer);
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
