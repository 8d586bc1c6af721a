/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in a table. */
#include "report/cell.h"

#include "report/columns.h"

#include <string.h>

static const char mark[] = "...";

void cell_cut(const char *text, int width, FILE *out)
{
	const size_t length = strlen(text);

	if (width <= 0 || columns_of(text, length) <= width) {
		fputs(text, out);
		return;
	}
	fwrite(text, 1, bytes_in_columns(text, length, width - (int)strlen(mark)), out);
	fprintf(out, "%.*s", width, mark);
}

void cell_padded(const char *text, int width, FILE *out)
{
	int columns = columns_of(text, strlen(text));

	cell_cut(text, width, out);
	if (columns < width)
		fprintf(out, "%*s", width - columns, "");
}
