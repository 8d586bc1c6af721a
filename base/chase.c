/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Following a path step by step, so that each folder and link on the way can be judged. */
#include "base/chase.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_LINKS = 40 };

/* The way that is left: left is what of the path is not followed yet. */
struct way {
	bool guarded;
	int folder;
	char *left;
	int links;
};

bool is_our_own(const struct stat *status)
{
	return status->st_uid == 0 || status->st_uid == geteuid();
}

bool is_open_to_others(const struct stat *status)
{
	return !is_our_own(status) || status->st_mode & S_IWOTH ||
	       (status->st_mode & S_IWGRP && status->st_gid != 0);
}

static int judge(const struct way *way, const char *name, const struct stat *status,
		 struct error *error)
{
	if (S_ISLNK(status->st_mode) && !is_our_own(status))
		return error_set(error, EPERM,
				 "the link %s is user %u's, who could lead it anywhere: name what "
				 "it leads to",
				 name, status->st_uid);
	/* In a sticky folder nobody puts another file in the place of one that is root's. */
	if (S_ISLNK(status->st_mode) || !way->guarded || !is_open_to_others(status) ||
	    (S_ISDIR(status->st_mode) && status->st_mode & S_ISVTX && is_our_own(status)))
		return 0;
	return error_set(error, EPERM,
			 "others than root may change %s (owner %u, group %u, mode %04o)", name,
			 status->st_uid, status->st_gid, (unsigned)status->st_mode & 07777);
}

/* From here on the path is followed from the top. */
static int begin_at(struct way *way, const char *start, struct error *error)
{
	int folder = open(start, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	if (folder < 0 || fstat(folder, &status) < 0) {
		int code = errno;

		cleanup_close(&folder);
		return error_set(error, code, "%s", strerror(code));
	}
	cleanup_close(&way->folder);
	way->folder = folder;
	return judge(way, start, &status, error);
}

/* What a link says comes before the rest of the way. */
static int follow_link(struct way *way, const char *name, const char *rest, struct error *error)
{
	char target[4096], *left;
	ssize_t length = readlinkat(way->folder, name, target, sizeof(target));
	int code = length < 0 ? errno : 0;

	if (length == sizeof(target))
		code = ENAMETOOLONG;
	else if (++way->links > MAX_LINKS)
		code = ELOOP;
	if (code)
		return error_set(error, code, "%s", strerror(code));
	left = xasprintf("%.*s%s", (int)length, target, rest);
	free(way->left);
	way->left = left;
	return *left == '/' ? begin_at(way, "/", error) : 0;
}

static int enter(struct way *way, const char *name, struct error *error)
{
	int folder = openat(way->folder, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return error_set(error, errno, "%s", strerror(errno));
	cleanup_close(&way->folder);
	way->folder = folder;
	return 0;
}

/* One name of the path; 1 when it was the last one, which becomes *ret. */
static int step(struct way *way, char **ret, struct error *error)
{
	const char *begin = way->left + strspn(way->left, "/"), *end = begin + strcspn(begin, "/");
	_cleanup_free_ char *name = xstrndup(begin, (size_t)(end - begin)), *rest = xstrdup(end);
	struct stat status;
	int r;

	/* ".." and "." are folders, and so is what a slash follows. */
	if (!*name || (!*rest && (!strcmp(name, ".") || !strcmp(name, "..")))) {
		r = *name ? enter(way, name, error) : 0;
		*ret = r < 0 ? NULL : xstrdup("");
		return r < 0 ? r : 1;
	}
	if (fstatat(way->folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT || *rest)
			return error_set(error, errno, "%s", strerror(errno));
		*ret = xstrdup(name);
		return 1;
	}
	r = judge(way, name, &status, error);
	if (r < 0)
		return r;
	if (S_ISLNK(status.st_mode))
		return follow_link(way, name, rest, error);
	if (!*rest) {
		*ret = xstrdup(name);
		return 1;
	}
	r = enter(way, name, error);
	free(way->left);
	way->left = xstrdup(rest);
	return r;
}

int chase(const char *path, bool guarded, struct chased *ret, struct error *error)
{
	struct way way = { .guarded = guarded, .folder = -1 };
	char *name = NULL;
	int r;

	if (!*path)
		return error_set(error, ENOENT, "%s", strerror(ENOENT));
	way.left = xstrdup(path);
	r = begin_at(&way, *path == '/' ? "/" : ".", error);
	while (r == 0)
		r = step(&way, &name, error);
	free(way.left);
	if (r < 0) {
		cleanup_close(&way.folder);
		return r;
	}
	*ret = (struct chased){ .folder = way.folder, .name = name };
	return 0;
}

void chased_free(struct chased *chased)
{
	free(chased->name);
	cleanup_close(&chased->folder);
}
