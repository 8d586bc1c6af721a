/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking what the table names into the collection. */
#include "recording/collection.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LIMIT_FILE = 64 << 20 };

static bool is_nothing(int code)
{
	return code == -ENOENT || code == -ENOTDIR;
}

/* What is at a path: st_mode; -errno. Nothing is opened by it. */
static int mode_of(struct root *root, const char *path, struct error *error)
{
	_cleanup_close_ int descriptor = root_open_file(root, path, O_PATH, error);
	struct stat status;

	if (descriptor < 0)
		return descriptor;
	if (fstat(descriptor, &status) < 0)
		return error_set_errno(error, errno, "/%s", path);
	return (int)status.st_mode;
}

/* An empty file or folder in the place of something. */
static void add_trace(struct collection *collection, const char *place, int mode)
{
	collection_put(collection, (struct piece){
					   .place = xstrdup(place),
					   .kind = S_ISDIR(mode) ? PIECE_FOLDER : PIECE_FILE,
					   .text = xstrdup(""),
				   });
}

static int take_trace(struct collection *collection, const char *path, struct error *error)
{
	_cleanup_free_ char *place = NULL;
	int r = collection_follow(collection, path, &place, error);

	if (r == 0)
		r = mode_of(collection->root, path, error);
	if (r >= 0)
		add_trace(collection, place, r);
	return r < 0 ? r : 0;
}

static int take_link(struct collection *collection, const char *path, struct error *error)
{
	_cleanup_free_ char *place = NULL, *target = NULL;
	int r = collection_follow_parent(collection, path, &place, error);

	if (r == 0)
		r = root_read_link(collection->root, path, &target, error);
	/* What should be a link and is none must not become one. */
	if (r == -EINVAL)
		return take_trace(collection, path, error);
	if (r < 0)
		return r;
	collection_put(collection, (struct piece){ .place = xstrdup(place),
						   .kind = PIECE_LINK,
						   .text = xstrdup(target),
						   .length = strlen(target) });
	return 0;
}

static bool leads_to_null(struct root *root, const char *path)
{
	_cleanup_free_ char *target = NULL;

	return root_read_link(root, path, &target, NULL) == 0 && ends_with(target, "/dev/null");
}

static enum piece_content content_of(const struct recorded *recorded)
{
	switch (recorded->content) {
	case CONTENT_WORDS:
		return PIECE_WORDS;
	case CONTENT_UTF16:
		return PIECE_UTF16;
	default:
		return PIECE_PLAIN;
	}
}

static int take_content(struct collection *collection, const struct recorded *recorded,
			const char *path, const char *place, struct error *error)
{
	_cleanup_free_ char *text = NULL;
	struct piece piece = { .kind = PIECE_FILE, .content = content_of(recorded) };
	size_t length;
	int r = root_read(collection->root, path, LIMIT_FILE, &text, &length, error);

	if (r < 0)
		return r;
	if (recorded->content == CONTENT_WORDS)
		scrub_learn(collection->scrub, text, length);
	if (recorded->reduce) {
		piece.text = recorded->reduce(&collection->devices, text, length, &piece.length);
	} else {
		piece.text = text;
		piece.length = length;
		text = NULL;
	}
	piece.place = xstrdup(place);
	collection_put(collection, piece);
	return 0;
}

/* Only a regular file is opened: to open a device may do something, a FIFO may wait for ever. */
static int take_file(struct collection *collection, const struct recorded *recorded,
		     const char *path, struct error *error)
{
	_cleanup_free_ char *place = NULL;
	int mode, r = collection_follow(collection, path, &place, error);

	if (r < 0)
		return r;
	mode = mode_of(collection->root, path, error);
	if (mode < 0)
		return mode;
	if (S_ISREG(mode))
		r = take_content(collection, recorded, path, place, error);
	else if (leads_to_null(collection->root, path))
		return 0;
	else
		r = error_set(error, EINVAL, "/%s: not a regular file", path);
	if (r < 0 && !is_nothing(r)) {
		collection_note(collection, path, error, true);
		add_trace(collection, place, mode);
	}
	return 0;
}

static void take(struct collection *collection, const struct recorded *recorded, const char *path)
{
	struct error error;
	int r;

	switch (recorded->kind) {
	case RECORD_FILE:
		r = take_file(collection, recorded, path, &error);
		break;
	case RECORD_LINK:
		r = take_link(collection, path, &error);
		break;
	default:
		r = take_trace(collection, path, &error);
	}
	if (r < 0 && !is_nothing(r))
		collection_note(collection, path, &error, false);
}

/* The names in a folder that a pattern fits, behind the folder's path. */
static void expand_one(struct collection *collection, const char *folder, const char *pattern,
		       struct strings *ret)
{
	_cleanup_strings_ struct strings names = { 0 };
	struct error error;
	int r = root_list(collection->root, folder, &names, &error);

	if (r < 0) {
		int there = is_nothing(r) ? 0 : root_exists(collection->root, folder, NULL);

		if (there)
			collection_note(collection, folder, &error, there > 0);
		if (there > 0)
			take_trace(collection, folder, &error);
		return;
	}
	strings_sort(&names);
	for (size_t i = 0; i < names.count; i++)
		/* A name with a star in it would be taken for a pattern; no file that is read has
		 * one. */
		if (!strchr(names.items[i], '*') && fnmatch(pattern, names.items[i], 0) == 0)
			strings_take(ret, xasprintf("%s/%s", folder, names.items[i]));
}

void collection_expand(struct collection *collection, const char *pattern, struct strings *ret)
{
	const char *star = strchr(pattern, '*'), *begin = star, *end;

	if (!star) {
		strings_add(ret, pattern);
		return;
	}
	while (begin > pattern && begin[-1] != '/')
		begin--;
	end = begin + strcspn(begin, "/");
	if (begin > pattern) {
		_cleanup_free_ char *folder = xstrndup(pattern, (size_t)(begin - 1 - pattern));
		_cleanup_free_ char *name = xstrndup(begin, (size_t)(end - begin));
		_cleanup_strings_ struct strings found = { 0 };

		expand_one(collection, folder, name, &found);
		for (size_t i = 0; i < found.count; i++) {
			_cleanup_free_ char *next = xasprintf("%s%s", found.items[i], end);

			if (*end)
				collection_expand(collection, next, ret);
			else
				strings_add(ret, next);
		}
	}
}

void collection_walk(struct collection *collection, const struct recorded *recorded)
{
	_cleanup_strings_ struct strings paths = { 0 };

	collection_expand(collection, recorded->path, &paths);
	for (size_t i = 0; i < paths.count; i++)
		take(collection, recorded, paths.items[i]);
}
