/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to the machine's files: openat2(2) below one directory. */
#include "host/files/root.h"

#include "base/alloc.h"
#include "host/files/unreadable.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_TRIES = 512, FIRST_READ = 4096 };

struct root {
	int descriptor;
	char *directory; /* NULL for the live host */
	struct unreadables unreadables;
	struct error spoilt; /* the list of them could not be read: what is missing may be on it */
	size_t kept;         /* bytes, of the facts that were read below a directory */
	bool may_have_devices;
};

enum { LIMIT_UNREADABLES = 4 << 20, LIMIT_KEPT = 24 << 20 };

/* A record may tell of files that are not in it and yet were there. */
static void read_unreadables(struct root *root)
{
	_cleanup_free_ char *text = NULL;
	struct error error;
	int r = root_read_text(root, RECORD_OF_RECORD, LIMIT_UNREADABLES, &text, &error);

	if (r == 0)
		r = unreadables_parse(text, &root->unreadables, &error);
	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		root->spoilt = error;
}

/* Mounted nodev, as /dev/shm and much of what others may write to is. */
static bool forbids_devices(int descriptor)
{
	struct statfs status;

	return TEMP_FAILURE_RETRY(fstatfs(descriptor, &status)) == 0 && (status.f_flags & ST_NODEV);
}

int root_open(const char *directory, struct root **ret, struct error *error)
{
	struct root *root;
	int descriptor = (int)TEMP_FAILURE_RETRY(
		open(directory ? directory : "/", O_PATH | O_DIRECTORY | O_CLOEXEC));

	if (descriptor < 0)
		return error_set_errno(error, errno, "%s", directory ? directory : "/");
	/* O_PATH asks for no right on the directory itself. */
	if (TEMP_FAILURE_RETRY(faccessat(descriptor, ".", X_OK, AT_EACCESS)) < 0) {
		int code = errno;

		close(descriptor);
		return error_set_errno(error, code, "%s", directory ? directory : "/");
	}
	root = xcalloc(1, sizeof(*root));
	root->descriptor = descriptor;
	root->directory = xstrdup(directory);
	root->may_have_devices = directory && !forbids_devices(descriptor);
	if (directory)
		read_unreadables(root);
	*ret = root;
	return 0;
}

void root_close(struct root *root)
{
	if (!root)
		return;
	close(root->descriptor);
	unreadables_free(&root->unreadables);
	free(root->directory);
	free(root);
}

bool root_is_live(const struct root *root)
{
	return !root->directory;
}

bool root_is_whole(const struct root *root)
{
	return root_is_live(root) || root->unreadables.whole;
}

bool root_is_spoilt(const struct root *root)
{
	return root->spoilt.code;
}

const char *root_directory(const struct root *root)
{
	return root->directory;
}

static int open_below(struct root *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long descriptor;

	/*
	 * A link with ".." in it cannot be resolved safely while anything on the machine is renamed
	 * (openat2(2), EAGAIN): try again, at first at once.
	 */
	for (int tries = 0; tries < MAX_TRIES; tries++) {
		descriptor = syscall(SYS_openat2, root->descriptor, path, &how, sizeof(how));
		if (descriptor >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
		if (tries >= MAX_TRIES / 2)
			usleep(1000);
	}
	return descriptor < 0 ? -errno : (int)descriptor;
}

int root_open_file(struct root *root, const char *path, int flags, struct error *error)
{
	const struct unreadable *told = unreadables_find(&root->unreadables, path);
	int descriptor;

	if (told && !((flags & O_PATH) && told->there))
		return error_set(error, told->code, "%s", told->text);
	descriptor = open_below(root, path, flags);
	if (descriptor == -ENOENT && root->spoilt.code)
		return error_set(error, root->spoilt.code, "/%s: %s", path, root->spoilt.text);
	if (descriptor == -ENOSYS)
		return error_set(error, ENOSYS, "openat2 is missing: Linux 5.6 or later is needed");
	if (descriptor < 0)
		return error_set_errno(error, descriptor, "/%s", path);
	return descriptor;
}

/* What was opened is there: that it is gone now does not mean that there was none. */
static int reading_failed(int code, const char *path, struct error *error)
{
	return error_set_errno(error, abs(code) == ENOENT ? ESTALE : code, "/%s", path);
}

static int open_if_regular(struct root *root, const char *path, int flags, struct error *error)
{
	int descriptor = root_open_file(root, path, flags, error);
	struct stat status;
	int r = 0;

	if (descriptor < 0)
		return descriptor;
	if (TEMP_FAILURE_RETRY(fstat(descriptor, &status)) < 0)
		r = reading_failed(errno, path, error);
	else if (!S_ISREG(status.st_mode))
		r = error_set(error, EINVAL, "/%s: not a regular file", path);
	if (r == 0)
		return descriptor;
	close(descriptor);
	return r;
}

/*
 * A directory that stands for a host is a stranger's: to open a device in it may do something (a
 * watchdog, a tape). So each file is looked at before, but where the kernel opens no device at all:
 * to look takes nearly as long as to read.
 */
static int check_regular(struct root *root, const char *path, struct error *error)
{
	_cleanup_close_ int place = open_if_regular(root, path, O_PATH, error);

	return place < 0 ? place : 0;
}

int root_open_regular(struct root *root, const char *path, struct error *error)
{
	int r = root->may_have_devices ? check_regular(root, path, error) : 0;

	/* O_NONBLOCK: a FIFO put in place of a file must not hold us. */
	return r < 0 ? r : open_if_regular(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, error);
}

int root_keep(struct root *root, const char *path, size_t length, struct error *error)
{
	if (!root_is_live(root))
		root->kept += length;
	if (root->kept <= LIMIT_KEPT)
		return 0;
	return error_set(error, EFBIG, "/%s: with it the files of this host are larger than %d MiB",
			 path, LIMIT_KEPT >> 20);
}

/* Everything up to the end of file; one byte more than limit means too much. */
static int read_all(int descriptor, size_t limit, char **ret, size_t *ret_length)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0, room = 0;

	for (;;) {
		ssize_t got;

		if (length + 1 >= room) {
			room = room ? 2 * room : FIRST_READ;
			text = xreallocarray(text, room, 1);
		}
		got = TEMP_FAILURE_RETRY(read(descriptor, text + length, room - length - 1));
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
		if (length > limit)
			return -EFBIG;
	}
	text = xreallocarray(text, length + 1, 1);
	text[length] = '\0';
	*ret_length = length;
	*ret = text;
	text = NULL;
	return 0;
}

int root_read(struct root *root, const char *path, size_t limit, char **ret, size_t *ret_length,
	      struct error *error)
{
	_cleanup_close_ int descriptor = root_open_regular(root, path, error);
	size_t length = 0;
	int r;

	if (descriptor < 0)
		return descriptor;
	r = read_all(descriptor, limit, ret, &length);
	if (r == -EFBIG)
		return error_set(error, EFBIG, "/%s: larger than %zu bytes", path, limit);
	if (r < 0)
		return reading_failed(r, path, error);
	if (ret_length)
		*ret_length = length;
	return 0;
}

int root_listed(struct root *root, const char *path, int r, struct error *error)
{
	_cleanup_free_ char *target = NULL;

	if (r != -ENOENT || root_read_link(root, path, &target, NULL) == 0)
		return r;
	return error_set(error, ESTALE, "/%s: was there a moment ago", path);
}

int root_read_listed(struct root *root, const char *path, size_t limit, char **ret,
		     struct error *error)
{
	return root_listed(root, path, root_read_text(root, path, limit, ret, error), error);
}

int root_read_text(struct root *root, const char *path, size_t limit, char **ret,
		   struct error *error)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r = root_read(root, path, limit, &text, &length, error);

	if (r < 0)
		return r;
	if (strlen(text) != length)
		return error_set(error, EINVAL, "/%s: holds a NUL byte, it is no text", path);
	*ret = text;
	text = NULL;
	return 0;
}

int root_read_line(struct root *root, const char *path, char *line, size_t size,
		   struct error *error)
{
	_cleanup_close_ int descriptor = root_open_regular(root, path, error);
	size_t length = 0;

	if (descriptor < 0)
		return descriptor;
	while (length == 0 || line[length - 1] != '\n') {
		ssize_t got = read(descriptor, line + length, size - length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(error, errno, "/%s", path);
		if (got == 0)
			break;
		length += (size_t)got;
		if (length == size)
			return error_set(error, EFBIG, "/%s: larger than %zu bytes", path,
					 size - 1);
	}
	length -= length > 0 && line[length - 1] == '\n';
	line[length] = '\0';
	if (strlen(line) != length)
		return error_set(error, EINVAL, "/%s: holds a NUL byte, it is no text", path);
	return 0;
}

int root_read_tail(struct root *root, const char *path, size_t limit, char **ret,
		   size_t *ret_length, struct error *error)
{
	_cleanup_close_ int descriptor = root_open_regular(root, path, error);
	_cleanup_free_ char *text = NULL;
	off_t end, start = 0;
	size_t length = 0;
	ssize_t got = 0;

	if (descriptor < 0)
		return descriptor;
	end = TEMP_FAILURE_RETRY(lseek(descriptor, 0, SEEK_END));
	if (end > (off_t)limit)
		start = end - (off_t)limit;
	text = xcalloc(limit + 1, 1);
	/* Not past the limit, for the file may grow meanwhile. */
	while (end >= 0 && length < limit) {
		got = TEMP_FAILURE_RETRY(
			pread(descriptor, text + length, limit - length, start + (off_t)length));
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	if (end < 0 || got < 0)
		return reading_failed(errno, path, error);
	*ret = text;
	text = NULL;
	*ret_length = length;
	return 0;
}

int root_read_link(struct root *root, const char *path, char **ret, struct error *error)
{
	_cleanup_close_ int descriptor = -1;
	char target[4096];
	ssize_t length;

	descriptor = root_open_file(root, path, O_PATH | O_NOFOLLOW, error);
	if (descriptor < 0)
		return descriptor;
	length = TEMP_FAILURE_RETRY(readlinkat(descriptor, "", target, sizeof(target)));
	/* Linux answers ENOENT for an empty path on what is no link (readlink(2)). */
	if (length < 0 && errno != ENOENT && errno != EINVAL)
		return error_set_errno(error, errno, "/%s", path);
	if (length < 0)
		return error_set(error, EINVAL, "/%s: not a symbolic link", path);
	if ((size_t)length == sizeof(target))
		return error_set_errno(error, ENAMETOOLONG, "/%s", path);
	*ret = xstrndup(target, (size_t)length);
	return 0;
}

int root_exists(struct root *root, const char *path, struct error *error)
{
	const struct unreadable *told = unreadables_find(&root->unreadables, path);
	int descriptor;

	if (told && !told->there)
		return error_set(error, told->code, "%s", told->text);
	descriptor = open_below(root, path, O_PATH);

	if (descriptor == -ENOENT && root->spoilt.code)
		return error_set(error, root->spoilt.code, "/%s: %s", path, root->spoilt.text);
	if (descriptor == -ENOENT || descriptor == -ENOTDIR)
		return 0;
	if (descriptor < 0)
		return error_set_errno(error, descriptor, "/%s", path);
	close(descriptor);
	return 1;
}
