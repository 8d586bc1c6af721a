/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of --help on any terminal. */
#include "report/help_text.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "report/columns.h"
#include "report/page.h"

#include <string.h>

enum {
	TEXT_INDENT = 8,
	/* Lines that begin with more blanks go on with what an option does. */
	MOST_BLANKS_OF_AN_OPTION = 7,
};

static bool fits(const char *help, int width)
{
	const char *line;
	size_t length;

	while (next_line(&help, &line, &length))
		if (columns_of(line, length) > width)
			return false;
	return true;
}

static void write_meaning(const char *text, const struct style *style, FILE *out)
{
	fprintf(out, "%*s", TEXT_INDENT, "");
	page_text(text, TEXT_INDENT, TEXT_INDENT, style, out);
}

/* "  -g, --gpu GPU        the card: …" on two lines; other lines folded. */
static void write_line(char *line, const struct style *style, FILE *out)
{
	const int blanks = (int)strspn(line, " ");
	char *behind = blanks ? strstr(line + blanks, "  ") : NULL;

	if (blanks > MOST_BLANKS_OF_AN_OPTION) {
		write_meaning(line, style, out);
		return;
	}
	if (behind)
		*behind = '\0';
	fprintf(out, "%*s", blanks, "");
	page_text(line, blanks, blanks + 2, style, out);
	if (behind)
		write_meaning(behind + 1, style, out);
}

void write_help(const char *help, const struct style *style, FILE *out)
{
	const char *line;
	size_t length;

	if (!style->width || fits(help, style->width)) {
		fputs(help, out);
		return;
	}
	while (next_line(&help, &line, &length)) {
		_cleanup_free_ char *copy = xstrndup(line, length);

		write_line(copy, style, out);
	}
}
