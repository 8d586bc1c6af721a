/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where reports that were written earlier come from. */
#include "report/input.h"

#include "base/alloc.h"
#include "base/size.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_READ = 1 << 16 };

static int open_regular(const char *path, struct error *error)
{
	/* O_NONBLOCK: a FIFO that nobody writes to must not hold us. */
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	int r;

	if (descriptor < 0)
		return error_set(error, errno, "%s", strerror(errno));
	if (fstat(descriptor, &status) < 0)
		r = error_set(error, errno, "%s", strerror(errno));
	else if (S_ISREG(status.st_mode))
		return descriptor;
	else if (S_ISDIR(status.st_mode))
		r = error_set(error, EISDIR, "is a folder; name the files in it");
	else
		r = error_set(error, EINVAL,
			      "is not a regular file; for a pipe say - and give it as standard "
			      "input");
	close(descriptor);
	return r;
}

static int read_all(int descriptor, size_t limit, char **ret, size_t *ret_length)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0, room = 0;
	ssize_t got;

	do {
		if (length + 1 >= room) {
			room = room ? 2 * room : FIRST_READ;
			text = xreallocarray(text, room, 1);
		}
		got = read(descriptor, text + length, room - length - 1);
		if (got < 0 && errno != EINTR)
			return -errno;
		length += got > 0 ? (size_t)got : 0;
		if (length > limit)
			return -EFBIG;
	} while (got);
	text[length] = '\0';
	*ret_length = length;
	*ret = text;
	text = NULL;
	return 0;
}

int input_read(const char *path, size_t limit, char **ret, size_t *ret_length, struct error *error)
{
	_cleanup_close_ int descriptor = strcmp(path, "-") != 0 ? open_regular(path, error) : -1;
	int r;

	if (descriptor < 0 && strcmp(path, "-") != 0)
		return descriptor;
	r = read_all(descriptor < 0 ? STDIN_FILENO : descriptor, limit, ret, ret_length);
	if (r == -EFBIG) {
		_cleanup_free_ char *size = size_text(limit);

		return error_set(error, EFBIG, "is larger than %s", size);
	}
	return r < 0 ? error_set(error, r, "%s", strerror(-r)) : 0;
}
