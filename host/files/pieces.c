/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file of many lines, looked through piece by piece. */
#include "host/files/pieces.h"

#include "base/alloc.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

/* What was read and not yet shown; room grows only for a line that is longer. */
struct piece {
	char *text;
	size_t length, room;
};

/* Bytes added, 0 at the end of the file, -errno. */
static ssize_t fill(int descriptor, struct piece *piece)
{
	ssize_t got;

	if (piece->length + 1 >= piece->room) {
		piece->room = piece->room ? 2 * piece->room : PIECE;
		piece->text = xreallocarray(piece->text, piece->room, 1);
	}
	do
		got = read(descriptor, piece->text + piece->length,
			   piece->room - piece->length - 1);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	piece->length += (size_t)got;
	return got;
}

/* Show all whole lines, and keep the beginning of the next; at the end, whatever is left. */
static bool show(struct piece *piece, bool at_end, visit_lines *visit, void *data)
{
	const char *last = at_end ? piece->text + piece->length
				  : memrchr(piece->text, '\n', piece->length);
	size_t whole = last ? (size_t)(last - piece->text) + !at_end : 0;
	char kept = piece->text[whole];
	bool more;

	if (!whole)
		return true;
	piece->text[whole] = '\0';
	more = visit(piece->text, data);
	piece->text[whole] = kept;
	piece->length -= whole;
	memmove(piece->text, piece->text + whole, piece->length);
	return more;
}

int root_read_pieces(struct root *root, const char *path, size_t limit, visit_lines *visit,
		     void *data, struct error *error)
{
	_cleanup_close_ int descriptor = root_open_regular(root, path, error);
	_cleanup_free_ char *text = NULL;
	struct piece piece = { 0 };
	size_t total = 0;
	ssize_t got;

	if (descriptor < 0)
		return descriptor;
	do {
		got = fill(descriptor, &piece);
		text = piece.text;
		if (got < 0)
			return error_set_errno(error, (int)got, "/%s", path);
		total += (size_t)got;
		if (total > limit)
			return error_set(error, EFBIG, "/%s: larger than %zu bytes", path, limit);
	} while (show(&piece, got == 0, visit, data) && got > 0);
	return 0;
}
