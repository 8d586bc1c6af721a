/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pieces of a record, and where paths lead. */
#include "recording/collection.h"

#include "base/alloc.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LINKS = 40 }; /* as the kernel */

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
void collection_put(struct collection *collection, struct piece piece)
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
		collection_put(collection, (struct piece){
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
int collection_follow_parent(struct collection *collection, const char *path, char **ret,
			     struct error *error)
{
	const char *slash = strrchr(path, '/'), *place;
	_cleanup_free_ char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);
	int r = follow_folder(collection, folder, &place, error);

	if (r == 0)
		*ret = xasprintf("%s%s%s", place, *place ? "/" : "", slash ? slash + 1 : path);
	return r;
}

int collection_follow(struct collection *collection, const char *path, char **ret,
		      struct error *error)
{
	_cleanup_free_ char *place = NULL;
	int r = collection_follow_parent(collection, path, &place, error);

	return r < 0 ? r : follow(collection, place, ret, error);
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
	collection_put(collection, (struct piece){
					   .place = place_for(collection, path),
					   .kind = PIECE_FILE,
					   .text = text,
					   .length = strlen(text),
					   .content = content,
				   });
}
