/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text in a table. */
#include "report/columns.h"

#include <stdbool.h>
#include <string.h>

static const char mark[] = "...";

static bool begins_character(char byte)
{
	return (byte & 0xc0) != 0x80;
}

int columns_of(const char *text)
{
	int count = 0;

	for (; *text; text++)
		count += begins_character(*text);
	return count;
}

void write_cut(const char *text, int width, FILE *out)
{
	int column = 0, room = width - (int)strlen(mark);

	if (width <= 0 || columns_of(text) <= width) {
		fputs(text, out);
		return;
	}
	for (; *text; text++) {
		column += begins_character(*text);
		if (column > room)
			break;
		fputc(*text, out);
	}
	fprintf(out, "%.*s", width, mark);
}

void write_padded(const char *text, int width, FILE *out)
{
	int length = columns_of(text);

	write_cut(text, width, out);
	if (length < width)
		fprintf(out, "%*s", width - length, "");
}
