/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The folder that becomes a record. */
#include "recording/folder.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "base/write_all.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 1 for an empty folder, 0 where nothing is. */
static int look(const char *path, struct error *error)
{
	struct dirent *entry;
	DIR *stream = opendir(path);
	bool empty = true;

	if (!stream && errno == ENOENT)
		return 0;
	if (!stream)
		return error_set_errno(error, errno, "--record %s", path);
	while ((entry = readdir(stream)))
		empty &= !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	closedir(stream);
	if (!empty)
		return error_set(error, EEXIST,
				 "--record %s: there are files in it; name a folder that does not "
				 "exist yet",
				 path);
	return 1;
}

/* "DIR" without slashes at its end. */
static char *trim(const char *path)
{
	char *copy = xstrdup(path);

	for (size_t length = strlen(copy); length > 1 && copy[length - 1] == '/'; length--)
		copy[length - 1] = '\0';
	return copy;
}

int folder_begin(const char *path, struct folder *ret, struct error *error)
{
	_cleanup_free_ char *whole = trim(path), *temporary = NULL;
	int descriptor, r = look(whole, error);

	if (r < 0)
		return r;
	temporary = xasprintf("%s.XXXXXX", whole);
	if (!*whole || !mkdtemp(temporary))
		return error_set_errno(error, *whole ? errno : ENOENT,
				       "--record %s: a folder beside it cannot be made", path);
	descriptor = open(temporary, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (descriptor < 0) {
		r = error_set_errno(error, errno, "%s", temporary);
		rmdir(temporary);
		return r;
	}
	*ret = (struct folder){ .path = whole, .temporary = temporary, .descriptor = descriptor };
	whole = temporary = NULL;
	return 0;
}

/* The folder of a place, each component made where it is missing; no link is followed. */
static int open_parent(const struct folder *folder, const char *place, struct error *error)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	const char *slash = strrchr(place, '/');
	_cleanup_free_ char *path = slash ? xstrndup(place, (size_t)(slash - place)) : xstrdup(".");
	long descriptor = syscall(SYS_openat2, folder->descriptor, path, &how, sizeof(how));

	for (char *at = path; descriptor < 0 && errno == ENOENT && at;) {
		at = strchr(at + 1, '/');
		if (at)
			*at = '\0';
		if (mkdirat(folder->descriptor, path, 0700) < 0 && errno != EEXIST)
			break;
		if (at)
			*at = '/';
		errno = ENOENT;
		if (!at)
			descriptor = syscall(SYS_openat2, folder->descriptor, path, &how,
					     sizeof(how));
	}
	if (descriptor < 0)
		return error_set_errno(error, errno, "%s/%s", folder->temporary, place);
	return (int)descriptor;
}

static const char *name_of(const char *place)
{
	const char *slash = strrchr(place, '/');

	return slash ? slash + 1 : place;
}

int folder_put(const struct folder *folder, const char *place, const char *text, size_t length,
	       struct error *error)
{
	_cleanup_close_ int parent = open_parent(folder, place, error), file = -1;
	int r;

	if (parent < 0)
		return parent;
	file = openat(parent, name_of(place), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		      0600);
	r = file < 0 ? -errno : write_all(file, text, length);
	return r < 0 ? error_set_errno(error, r, "%s/%s", folder->temporary, place) : 0;
}

int folder_link(const struct folder *folder, const char *place, const char *target,
		struct error *error)
{
	_cleanup_close_ int parent = open_parent(folder, place, error);

	if (parent < 0)
		return parent;
	if (symlinkat(target, parent, name_of(place)) < 0)
		return error_set_errno(error, errno, "%s/%s", folder->temporary, place);
	return 0;
}

int folder_make(const struct folder *folder, const char *place, struct error *error)
{
	_cleanup_close_ int parent = open_parent(folder, place, error);

	if (parent < 0)
		return parent;
	/* It may be the parent of what was written before. */
	if (mkdirat(parent, name_of(place), 0700) < 0 && errno != EEXIST)
		return error_set_errno(error, errno, "%s/%s", folder->temporary, place);
	return 0;
}

int folder_finish(struct folder *folder, struct error *error)
{
	/* Not one by one: there are thousands of small files. */
	if (syncfs(folder->descriptor) < 0 || rename(folder->temporary, folder->path) < 0)
		return error_set_errno(error, errno, "--record %s", folder->path);
	free(folder->temporary);
	folder->temporary = NULL;
	return 0;
}

/* By descriptors: whoever may rename the folder could put a link in the place of a path's part. */
static void remove_below(int folder)
{
	int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;

	while (stream && (entry = readdir(stream))) {
		_cleanup_close_ int inner = -1;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(folder, entry->d_name, 0) == 0)
			continue;
		inner = openat(folder, entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner >= 0)
			remove_below(inner);
		unlinkat(folder, entry->d_name, AT_REMOVEDIR);
	}
	if (stream)
		closedir(stream);
	else
		cleanup_close(&again);
}

void folder_end(struct folder *folder)
{
	if (folder->temporary) {
		remove_below(folder->descriptor);
		rmdir(folder->temporary);
	}
	free(folder->temporary);
	free(folder->path);
	cleanup_close(&folder->descriptor);
}
