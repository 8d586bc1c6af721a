/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text folded at blanks to a width. */
#include "report/fold.h"

#include <stdbool.h>
#include <string.h>

/* Characters, not bytes: UTF-8's continuation bytes take no column. */
static int columns(const char *word, size_t length)
{
	int count = 0;

	for (size_t i = 0; i < length; i++)
		count += (word[i] & 0xc0) != 0x80;
	return count;
}

void fold(const char *text, int column, int indent, int width, FILE *out)
{
	bool first = true;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t length = strcspn(text, " ");
		int wide = columns(text, length);

		if (width && !first && column + 1 + wide > width) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (!first) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, length, out);
		column += wide;
		text += length;
		first = false;
	}
	fputc('\n', out);
}
