/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was gathered of a host for its record: files, links and folders, each at its real place. */
#ifndef GPUCHECK_RECORDING_COLLECTION_H
#define GPUCHECK_RECORDING_COLLECTION_H

#include "host/files/root.h"
#include "host/files/unreadable.h"
#include "recording/contents.h"
#include "recording/scrub.h"

/* How a file's content is scrubbed. */
enum piece_content { PIECE_PLAIN, PIECE_WORDS, PIECE_UTF16, PIECE_JSON };

/* One thing to write. */
struct piece {
	char *place; /* its path once all links are followed */
	enum { PIECE_FILE, PIECE_LINK, PIECE_FOLDER } kind;
	char *text; /* PIECE_FILE: its content, PIECE_LINK: where it leads */
	size_t length;
	enum piece_content content;
};

struct collection {
	struct root *root;
	struct scrub *scrub; /* learns from whole files */
	struct recorded_devices devices;
	struct piece *pieces;
	size_t count;
	struct unreadables unreadables;
	void *places;  /* tsearch(3): the pieces' places */
	void *folders; /* tsearch(3): where a folder's path leads */
};

/* The root stays the caller's. */
void collection_begin(struct collection *collection, struct root *root);
void collection_free(struct collection *collection);

/* All that the table names. What cannot be read becomes an entry of the unreadables. */
void collection_walk(struct collection *collection, const struct recorded *recorded);

/* Add what no file holds; takes the text. The first piece of a place counts. */
void collection_add(struct collection *collection, const char *path, char *text,
		    enum piece_content content);

/* The same for any piece, whose texts it takes. */
void collection_put(struct collection *collection, struct piece piece);

/*
 * Where a path leads, or its folder, with the name behind it; the caller frees *ret. Each link on
 * the way becomes a piece. -ENOENT, -ENOTDIR, -ELOOP and what forbids to look.
 */
int collection_follow(struct collection *collection, const char *path, char **ret,
		      struct error *error);
int collection_follow_parent(struct collection *collection, const char *path, char **ret,
			     struct error *error);

/* Paths that a pattern with "*" names, sorted. */
void collection_expand(struct collection *collection, const char *pattern, struct strings *ret);

/* Note a path as one that could not be read. */
void collection_note(struct collection *collection, const char *path, const struct error *why,
		     bool there);

#endif
