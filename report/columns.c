/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much room text takes on a screen. */
#include "report/columns.h"

#include "base/utf8.h"

#include <wchar.h>

/* Of the character at text; its bytes in *ret_length, 1 where it is no UTF-8. */
static int width_at(const char *text, size_t *ret_length)
{
	uint32_t character;
	size_t length = utf8_decode(text, &character);
	int width = length > 1 ? wcwidth((wchar_t)character) : 1;

	*ret_length = length ? length : 1;
	return width < 0 ? 1 : width;
}

size_t bytes_in_columns(const char *text, size_t length, int columns)
{
	size_t done = 0, step;

	while (done < length) {
		columns -= width_at(text + done, &step);
		if (columns < 0)
			break;
		done += step;
	}
	return done < length ? done : length;
}

int columns_of(const char *text, size_t length)
{
	int columns = 0;
	size_t step;

	for (size_t done = 0; done < length; done += step)
		columns += width_at(text + done, &step);
	return columns;
}
