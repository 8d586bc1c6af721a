/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text folded to a width. */
#include "report/fold.h"

#include "base/alloc.h"
#include "report/columns.h"

#include <stdbool.h>
#include <string.h>

struct line {
	FILE *out;
	const char *margin; /* of the lines that follow */
	int start;          /* the column behind it */
	int column;
	int width;
};

static void begin_next(struct line *line)
{
	fprintf(line->out, "\n%s", line->margin);
	line->column = line->start;
}

static void put(struct line *line, const char *text, size_t length)
{
	fwrite(text, 1, length, line->out);
	line->column += columns_of(text, length);
}

/* Bytes of a word that go into the room: up to a mark where it may break, if there is one. */
static size_t first_piece(const char *word, size_t length, int room)
{
	size_t fits = bytes_in_columns(word, length, room), best = fits;

	if (fits == length)
		return length;
	/* An escaped byte, \xNN, stays in one piece. */
	for (size_t back = 1; back < 4 && back < fits; back++)
		if (word[fits - back] == '\\')
			best = fits = fits - back;
	while (best > 1 && !strchr("/,:;=&_-", word[best - 1]))
		best--;
	if (best > 1)
		return best;
	/* Where not even one character fits, one goes there all the same. */
	return fits ? fits : bytes_in_columns(word, length, 2);
}

static void put_word(struct line *line, const char *word, size_t length)
{
	while (length && line->width && line->column + columns_of(word, length) > line->width) {
		size_t piece = first_piece(word, length, line->width - line->column);

		put(line, word, piece);
		word += piece;
		length -= piece;
		if (length)
			begin_next(line);
	}
	put(line, word, length);
}

void fold_behind(const char *text, int column, const char *margin, int width, FILE *out)
{
	struct line line = { out, margin, columns_of(margin, strlen(margin)), column, width };
	bool first = true;

	for (text += strspn(text, " "); *text; first = false) {
		size_t gap = strspn(text, " "), length = strcspn(text + gap, " ");
		int wide = columns_of(text + gap, length);

		/* What is within a name stays: two blanks are not one. */
		if (width && line.column + (int)gap + wide > width &&
		    (!first || line.column > line.start))
			begin_next(&line);
		else
			put(&line, text, gap);
		put_word(&line, text + gap, length);
		text += gap + length;
	}
	fputc('\n', out);
}

void fold(const char *text, int column, int indent, int width, FILE *out)
{
	_cleanup_free_ char *margin = xasprintf("%*s", indent, "");

	fold_behind(text, column, margin, width, out);
}
