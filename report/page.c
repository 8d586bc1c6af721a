/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all texts for a person are made of. */
#include "report/page.h"

#include "base/alloc.h"
#include "report/escape.h"
#include "report/fold.h"

#include <string.h>

bool is_narrow(const struct style *style)
{
	return style->width && style->width < NARROW_COLUMNS;
}

int widest(const struct style *style)
{
	return style->columns ? style->columns : style->width;
}

char *page_letters(const char *text, const struct style *style)
{
	return style->ascii ? escape_to_ascii(text) : escape_controls(text);
}

void page_text(const char *text, int column, int indent, const struct style *style, FILE *out)
{
	_cleanup_free_ char *safe = page_letters(text, style);

	fold(safe, column, indent, style->width, out);
}

void page_command(const char *command, int indent, const struct style *style, FILE *out)
{
	fprintf(out, "%*s$ ", indent, "");
	page_bare_command(command, indent + 2, style, out);
}

void page_bare_command(const char *command, int column, const struct style *style, FILE *out)
{
	_cleanup_free_ char *safe = page_letters(command, style);

	fold_command(safe, column, column + 2, widest(style), out);
}

void page_paragraphs(const char *text, int indent, const struct style *style, FILE *out)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		_cleanup_free_ char *copy = xstrndup(line, length);

		if (starts_with(copy, "$ ")) {
			page_command(copy + 2, indent + 2, style, out);
			continue;
		}
		fprintf(out, "%*s", indent, "");
		page_text(copy, indent, indent, style, out);
	}
}

void page_list(const struct strings *items, int indent, const struct style *style, FILE *out)
{
	for (size_t i = 0; i < items->count; i++) {
		fprintf(out, "%*s", indent, "");
		page_text(items->items[i], indent, indent + 2, style, out);
	}
}

void page_heading(const char *text, const struct style *style, FILE *out)
{
	_cleanup_free_ char *folded = NULL;
	size_t length;
	FILE *lines = xmemstream(&folded, &length);

	page_text(text, 0, 2, style, lines);
	fclose(lines);
	fprintf(out, style->color ? "\033[1m%.*s\033[0m\n" : "%.*s\n", (int)length - 1, folded);
}
