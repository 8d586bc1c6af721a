/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A unified diff for a person. */
#include "report/diff_text.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "report/columns.h"
#include "report/page.h"

#include <string.h>

enum { TAB_STOP = 8 };

#define CONTINUED "    > "

static const char *color_of(char sign)
{
	return sign == '+' ? "\033[32m" : sign == '-' ? "\033[31m" : sign == '@' ? "\033[36m" : "";
}

/* Tabs are the file's own and stay, unless columns have to be counted; other controls are escaped.
 */
static char *letters_of_line(const char *line, size_t length, const struct style *style)
{
	_cleanup_free_ char *copy = xstrndup(line, length);
	char *at = copy, *piece, *text = NULL;
	size_t size;
	FILE *out = xmemstream(&text, &size);
	int column = 0;

	while ((piece = strsep(&at, "\t"))) {
		_cleanup_free_ char *safe = page_letters(piece, style);

		fputs(safe, out);
		column += columns_of(safe, strlen(safe));
		if (at && !style->columns)
			fputc('\t', out);
		else if (at)
			column += fprintf(out, "%*s", TAB_STOP - column % TAB_STOP, "");
	}
	fclose(out);
	return text;
}

/* Bytes that go into the columns; behind a blank where one is near. */
static size_t first_piece(const char *text, size_t length, int columns)
{
	const size_t fits = bytes_in_columns(text, length, columns);
	size_t best = fits;

	while (fits < length && best > fits / 2 && text[best - 1] != ' ')
		best--;
	return best > fits / 2 ? best : fits;
}

static void put_line(const char *line, size_t length, const struct style *style, FILE *out)
{
	_cleanup_free_ char *text = letters_of_line(line, length, style);
	const char *color = style->color ? color_of(*line) : "";
	const char *reset = *color ? "\033[0m" : "";
	size_t left = strlen(text), piece = left;
	const char *at = text;

	if (style->columns)
		piece = first_piece(at, left, style->columns);
	fprintf(out, "%s%.*s%s\n", color, (int)piece, at, reset);
	while (left > piece) {
		at += piece;
		left -= piece;
		piece = first_piece(at, left, style->columns - (int)strlen(CONTINUED));
		fprintf(out, CONTINUED "%s%.*s%s\n", color, (int)piece, at, reset);
	}
}

void write_diff(const char *diff, const struct style *style, FILE *out)
{
	const char *line;
	size_t length;

	while (next_line(&diff, &line, &length))
		put_line(line, length, style, out);
}
