/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing files below the root. */
#include "host/files/root_write.h"

#include "base/alloc.h"
#include "base/chase.h"
#include "base/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ACCESS_LIST "system.posix_acl_access"

enum { MAX_LINKS = 40, LIMIT_COPY = 64 << 20 };

/* The folder a path lies in; the caller frees it. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
}

static const char *name_in_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int open_folder_of(struct root *root, const char *path, struct error *error)
{
	_cleanup_free_ char *folder = folder_of(path);

	return root_open_file(root, folder, O_RDONLY | O_DIRECTORY, error);
}

/*
 * Whose link it is: another user's would choose for us what is written. Below a directory it cannot
 * lead out, and who made that decides what is in it.
 */
static int guard_link(struct root *root, const char *path, struct error *error)
{
	_cleanup_close_ int link = -1;
	struct stat status;

	if (!root_is_live(root))
		return 0;
	link = root_open_file(root, path, O_PATH | O_NOFOLLOW, error);
	if (link < 0)
		return link;
	if (fstat(link, &status) < 0)
		return error_set_errno(error, errno, "/%s", path);
	if (is_our_own(&status))
		return 0;
	return error_set(
		error, EPERM,
		"/%s: a link of user %u, who could lead it anywhere: remove it, or make it "
		"root's (chown -h root)",
		path, status.st_uid);
}

int root_follow(struct root *root, const char *path, char **ret, struct error *error)
{
	char *at = xstrdup(path);

	for (int links = 0; links < MAX_LINKS; links++) {
		_cleanup_free_ char *target = NULL, *folder = NULL;
		int r = root_read_link(root, at, &target, error);

		if (r == -EINVAL || r == -ENOENT) {
			*ret = at;
			return 0;
		}
		if (r == 0)
			r = guard_link(root, at, error);
		if (r < 0) {
			free(at);
			return r;
		}
		folder = folder_of(at);
		free(at);
		at = *target == '/' ? xstrdup(target + strspn(target, "/"))
				    : xasprintf("%s/%s", folder, target);
	}
	free(at);
	return error_set_errno(error, ELOOP, "/%s", path);
}

static int copy_attribute(int from, int to, const char *name)
{
	_cleanup_free_ char *value = NULL;
	ssize_t size = fgetxattr(from, name, NULL, 0);

	if (size < 0)
		return -errno;
	value = xcalloc((size_t)size + 1, 1);
	size = fgetxattr(from, name, value, (size_t)size);
	if (size < 0 || fsetxattr(to, name, value, (size_t)size, 0) < 0)
		return -errno;
	return 0;
}

/* Access lists and labels; a file system without any has none to keep. */
static int copy_attributes(int from, int to)
{
	_cleanup_free_ char *names = NULL;
	ssize_t size = flistxattr(from, NULL, 0);
	int r = 0;

	if (size <= 0)
		return size < 0 && errno != ENOTSUP ? -errno : 0;
	names = xcalloc((size_t)size + 1, 1);
	size = flistxattr(from, names, (size_t)size);
	if (size < 0)
		return -errno;
	for (const char *at = names; r == 0 && at < names + size; at += strlen(at) + 1)
		r = copy_attribute(from, to, at);
	return r;
}

/* An access list that the file has from its folder, and the one that stood there has not. */
static int drop_default_access(int from, int to)
{
	if (fgetxattr(from, ACCESS_LIST, NULL, 0) >= 0 || errno != ENODATA)
		return 0;
	return fremovexattr(to, ACCESS_LIST) < 0 && errno != ENODATA ? -errno : 0;
}

static int copy_metadata(int from, int to, bool with_times)
{
	struct stat status;
	struct timespec times[2];
	int r;

	if (fstat(from, &status) < 0)
		return -errno;
	r = drop_default_access(from, to);
	if (r < 0)
		return r;
	/* The owner first: a change of owner takes special mode bits away. */
	if (fchown(to, status.st_uid, status.st_gid) < 0 || fchmod(to, status.st_mode & 07777) < 0)
		return -errno;
	r = copy_attributes(from, to);
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	if (r == 0 && with_times && futimens(to, times) < 0)
		r = -errno;
	return r;
}

/* What is to be written: a text, and the file whose metadata it takes (-1: a new file's mode). */
struct replacement {
	const char *text;
	size_t length;
	int like;
	bool with_times;
	mode_t mode;
};

static int fill(int descriptor, const struct replacement *replacement)
{
	int r = write_all(descriptor, replacement->text, replacement->length);

	if (r == 0 && replacement->like >= 0)
		r = copy_metadata(replacement->like, descriptor, replacement->with_times);
	else if (r == 0 && fchmod(descriptor, replacement->mode) < 0)
		r = -errno;
	if (r == 0 && fsync(descriptor) < 0)
		r = -errno;
	return r;
}

static int replace(struct root *root, const char *path, const char *temporary,
		   const struct replacement *replacement, struct error *error)
{
	_cleanup_close_ int folder = open_folder_of(root, path, error);
	int descriptor, r;

	if (folder < 0)
		return folder;
	if (unlinkat(folder, temporary, 0) < 0 && errno != ENOENT)
		return error_set_errno(error, errno, "writing /%s", path);
	descriptor = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			    0600);
	if (descriptor < 0)
		return error_set_errno(error, errno, "writing /%s", path);
	r = fill(descriptor, replacement);
	/* Some file systems tell of a full disk only now. */
	if (close(descriptor) < 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(folder, temporary, folder, name_in_folder(path)) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(folder, temporary, 0);
	else if (fsync(folder) < 0)
		r = -errno;
	return r < 0 ? error_set_errno(error, r, "writing /%s", path) : 0;
}

int root_put(struct root *root, const char *path, const char *temporary, const char *text,
	     size_t length, mode_t mode, struct error *error)
{
	_cleanup_close_ int like = root_open_regular(root, path, error);
	const struct replacement replacement = {
		.text = text,
		.length = length,
		.like = like,
		.mode = mode,
	};

	if (like < 0 && like != -ENOENT)
		return like;
	return replace(root, path, temporary, &replacement, error);
}

int root_copy(struct root *root, const char *from, const char *to, const char *temporary,
	      struct error *error)
{
	_cleanup_close_ int like = root_open_regular(root, from, error);
	struct replacement replacement = { .like = like, .with_times = true };
	_cleanup_free_ char *text = NULL;
	int r;

	if (like < 0)
		return like;
	r = root_read(root, from, LIMIT_COPY, &text, &replacement.length, error);
	replacement.text = text;
	return r < 0 ? r : replace(root, to, temporary, &replacement, error);
}

int root_open_append(struct root *root, const char *path, struct error *error)
{
	_cleanup_close_ int folder = open_folder_of(root, path, error);
	int descriptor;

	if (folder < 0)
		return folder;
	descriptor = openat(folder, name_in_folder(path),
			    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return descriptor < 0 ? error_set_errno(error, errno, "/%s", path) : descriptor;
}

static int remove_entry(struct root *root, const char *path, int flags, struct error *error)
{
	_cleanup_close_ int folder = open_folder_of(root, path, error);

	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	if (unlinkat(folder, name_in_folder(path), flags) < 0)
		return errno == ENOENT ? 0 : error_set_errno(error, errno, "removing /%s", path);
	if (fsync(folder) < 0)
		return error_set_errno(error, errno, "removing /%s", path);
	return 0;
}

int root_remove(struct root *root, const char *path, struct error *error)
{
	return remove_entry(root, path, 0, error);
}

int root_remove_folder(struct root *root, const char *path, struct error *error)
{
	return remove_entry(root, path, AT_REMOVEDIR, error);
}

int root_make_folder(struct root *root, const char *path, mode_t mode, struct error *error)
{
	_cleanup_close_ int folder = open_folder_of(root, path, error), made = -1;
	const char *name = name_in_folder(path);

	if (folder < 0)
		return folder;
	if (mkdirat(folder, name, mode) < 0)
		return error_set_errno(error, errno, "making /%s", path);
	/* The mode is meant, whatever the caller's umask; and of this folder, whatever is there. */
	made = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made < 0 || fchmod(made, mode) < 0 || fsync(folder) < 0)
		return error_set_errno(error, errno, "making /%s", path);
	return 0;
}

int root_rename(struct root *root, const char *old, const char *new, struct error *error)
{
	_cleanup_close_ int folder = open_folder_of(root, old, error);

	if (folder < 0)
		return folder;
	if (renameat(folder, name_in_folder(old), folder, name_in_folder(new)) < 0 ||
	    fsync(folder) < 0)
		return error_set_errno(error, errno, "renaming /%s", old);
	return 0;
}

int root_may_write(struct root *root, const char *folder, unsigned long long bytes,
		   struct error *error)
{
	_cleanup_close_ int descriptor = root_open_file(root, folder, O_RDONLY | O_DIRECTORY,
							error);
	struct statvfs status;

	if (descriptor < 0)
		return descriptor;
	if (fstatvfs(descriptor, &status) < 0)
		return error_set_errno(error, errno, "/%s", folder);
	if (status.f_flag & ST_RDONLY)
		return error_set_errno(error, EROFS, "/%s", folder);
	if (faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS) < 0)
		return error_set_errno(error, errno, "/%s", folder);
	if ((unsigned long long)status.f_bavail * status.f_frsize < bytes)
		return error_set(error, ENOSPC, "/%s: %llu KiB are needed there, %llu KiB are free",
				 folder, bytes >> 10,
				 (unsigned long long)status.f_bavail * status.f_frsize >> 10);
	return 0;
}

/*
 * A lock of the open file (fcntl(2)), which, unlike that of flock(2), can be looked at without
 * being taken: a look must not be in the way of who wants it at that moment.
 */
static int use_lock(int descriptor, int command, struct flock *lock)
{
	*lock = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
	return TEMP_FAILURE_RETRY(fcntl(descriptor, command, lock)) < 0 ? -errno : 0;
}

int root_lock(struct root *root, const char *path, struct error *error)
{
	_cleanup_close_ int folder = open_folder_of(root, path, error);
	struct flock lock;
	int descriptor, r;

	if (folder < 0)
		return folder;
	descriptor = openat(folder, name_in_folder(path), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			    0600);
	if (descriptor < 0)
		return error_set_errno(error, errno, "/%s", path);
	r = use_lock(descriptor, F_OFD_SETLK, &lock);
	if (r == 0)
		return descriptor;
	close(descriptor);
	return error_set_errno(error, r, "/%s", path);
}

int root_is_locked(struct root *root, const char *path, struct error *error)
{
	_cleanup_close_ int descriptor = root_open_regular(root, path, error);
	struct flock lock;
	int r;

	if (descriptor < 0)
		return descriptor == -ENOENT ? 0 : descriptor;
	r = use_lock(descriptor, F_OFD_GETLK, &lock);
	return r < 0 ? error_set_errno(error, r, "/%s", path) : lock.l_type != F_UNLCK;
}
