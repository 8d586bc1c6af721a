/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathering what a record will hold. */
#include "recording/collection.h"

#include "base/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MOST_LINKS = 40, /* as the kernel */
	LIMIT_FILE = 64 << 20,
};

/* A folder's path and the place it leads to. */
struct lead {
	char *path, *place;
};

static int by_path(const void *left, const void *right)
{
	return strcmp(((const struct lead *)left)->path, ((const struct lead *)right)->path);
}

static int by_text(const void *left, const void *right)
{
	return strcmp(left, right);
}

static void free_lead(void *pointer)
{
	struct lead *lead = pointer;

	free(lead->path);
	free(lead->place);
	free(lead);
}

void collection_begin(struct collection *collection, struct root *root)
{
	*collection = (struct collection){ .root = root, .scrub = scrub_new() };
}

void collection_free(struct collection *collection)
{
	tdestroy(collection->places, free);
	tdestroy(collection->folders, free_lead);
	for (size_t i = 0; i < collection->count; i++) {
		free(collection->pieces[i].place);
		free(collection->pieces[i].text);
	}
	free(collection->pieces);
	unreadables_free(&collection->unreadables);
	strings_free(&collection->devices.modaliases);
	strings_free(&collection->devices.modules);
	scrub_free(collection->scrub);
}

/* Takes the piece's texts. */
static void add_piece(struct collection *collection, struct piece piece)
{
	if (tfind(piece.place, &collection->places, by_text)) {
		free(piece.place);
		free(piece.text);
		return;
	}
	tsearch(xstrdup(piece.place), &collection->places, by_text);
	/* Doubled when a power of two is full. */
	if (!(collection->count & (collection->count - 1)))
		collection->pieces = xreallocarray(collection->pieces,
						   collection->count ? 2 * collection->count : 1,
						   sizeof(*collection->pieces));
	collection->pieces[collection->count++] = piece;
}

void collection_note(struct collection *collection, const char *path, const struct error *why,
		     bool there)
{
	if (!unreadables_find(&collection->unreadables, path))
		unreadables_add(&collection->unreadables, path, why, there);
}

static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

static void replace(char **text, char *with)
{
	free(*text);
	*text = with;
}

/* Each link's place and, behind it, where it leads. */
static void add_links(struct collection *collection, const struct strings *links)
{
	for (size_t i = 0; i + 1 < links->count; i += 2)
		add_piece(collection, (struct piece){
					      .place = xstrdup(links->items[i]),
					      .kind = PIECE_LINK,
					      .text = xstrdup(links->items[i + 1]),
					      .length = strlen(links->items[i + 1]),
				      });
}

/*
 * Where a path leads, each link on the way becoming a piece of its own. -ENOENT, -ENOTDIR, -ELOOP
 * and what forbids to look.
 */
static int follow(struct collection *collection, const char *path, char **ret, struct error *error)
{
	_cleanup_free_ char *place = xstrdup(""), *rest = xstrdup(path);
	_cleanup_strings_ struct strings links = { 0 };

	while (*rest) {
		size_t length = strcspn(rest, "/");
		_cleanup_free_ char *name = xstrndup(rest, length), *next = NULL, *target = NULL;
		int r;

		replace(&rest, xstrdup(rest + length + strspn(rest + length, "/")));
		if (!strcmp(name, "..")) {
			cut_last(place);
			continue;
		}
		if (!*name || !strcmp(name, "."))
			continue;
		next = xasprintf("%s%s%s", place, *place ? "/" : "", name);
		r = root_read_link(collection->root, next, &target, error);
		if (r < 0 && r != -EINVAL) {
			add_links(collection, &links);
			return r;
		}
		if (r < 0) {
			replace(&place, xstrdup(next));
			continue;
		}
		if (links.count == 2 * MOST_LINKS)
			return error_set_errno(error, ELOOP, "/%s", path);
		replace(&rest, xasprintf("%s/%s", target, rest));
		if (*target == '/')
			replace(&place, xstrdup(""));
		strings_take(&links, xstrdup(next));
		strings_take(&links, xstrdup(target));
	}
	add_links(collection, &links);
	*ret = xstrdup(place);
	return 0;
}

/* The same for a folder, of which many files are asked; the collection's. */
static int follow_folder(struct collection *collection, const char *path, const char **ret,
			 struct error *error)
{
	char *own = xstrdup(path);
	const struct lead key = { .path = own };
	struct lead **found = tfind(&key, &collection->folders, by_path);
	int r = 0;

	if (!found) {
		struct lead *lead = xcalloc(1, sizeof(*lead));

		lead->path = xstrdup(path);
		r = follow(collection, path, &lead->place, error);
		if (r < 0)
			free_lead(lead);
		else
			found = tsearch(lead, &collection->folders, by_path);
	}
	free(own);
	if (r == 0)
		*ret = (*found)->place;
	return r;
}

/* Where the folder of a path leads, and the name in it. */
static int follow_parent(struct collection *collection, const char *path, char **ret,
			 struct error *error)
{
	const char *slash = strrchr(path, '/'), *place;
	_cleanup_free_ char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);
	int r = follow_folder(collection, folder, &place, error);

	if (r == 0)
		*ret = xasprintf("%s%s%s", place, *place ? "/" : "", slash ? slash + 1 : path);
	return r;
}

static int follow_all(struct collection *collection, const char *path, char **ret,
		      struct error *error)
{
	_cleanup_free_ char *place = NULL;
	int r = follow_parent(collection, path, &place, error);

	return r < 0 ? r : follow(collection, place, ret, error);
}

static bool is_nothing(int code)
{
	return code == -ENOENT || code == -ENOTDIR;
}

/* Where a file of that path would be made: as many of its folders as there are are followed. */
static char *place_for(struct collection *collection, const char *path)
{
	_cleanup_free_ char *folder = xstrdup(path);
	const char *place = "";

	do
		cut_last(folder);
	while (*folder && follow_folder(collection, folder, &place, NULL) < 0);
	return xasprintf("%s%s", *folder ? place : "", path + strlen(folder));
}

void collection_add(struct collection *collection, const char *path, char *text,
		    enum piece_content content)
{
	add_piece(collection, (struct piece){
				      .place = place_for(collection, path),
				      .kind = PIECE_FILE,
				      .text = text,
				      .length = strlen(text),
				      .content = content,
			      });
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
	add_piece(collection, (struct piece){
				      .place = xstrdup(place),
				      .kind = S_ISDIR(mode) ? PIECE_FOLDER : PIECE_FILE,
				      .text = xstrdup(""),
			      });
}

static int take_trace(struct collection *collection, const char *path, struct error *error)
{
	_cleanup_free_ char *place = NULL;
	int r = follow_all(collection, path, &place, error);

	if (r == 0)
		r = mode_of(collection->root, path, error);
	if (r >= 0)
		add_trace(collection, place, r);
	return r < 0 ? r : 0;
}

static int take_link(struct collection *collection, const char *path, struct error *error)
{
	_cleanup_free_ char *place = NULL, *target = NULL;
	int r = follow_parent(collection, path, &place, error);

	if (r == 0)
		r = root_read_link(collection->root, path, &target, error);
	/* What should be a link and is none must not become one. */
	if (r == -EINVAL)
		return take_trace(collection, path, error);
	if (r < 0)
		return r;
	add_piece(collection, (struct piece){ .place = xstrdup(place),
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
	add_piece(collection, piece);
	return 0;
}

/* Only a regular file is opened: to open a device may do something, a FIFO may wait for ever. */
static int take_file(struct collection *collection, const struct recorded *recorded,
		     const char *path, struct error *error)
{
	_cleanup_free_ char *place = NULL;
	int mode, r = follow_all(collection, path, &place, error);

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
