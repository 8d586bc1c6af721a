/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from the machine, made safe to print. */
#include "report/escape.h"

#include "base/alloc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at `at` and its character, 0 when it is none (Unicode 15, table 3-7).
 */
static size_t decode(const unsigned char *at, uint32_t *character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = at[0] < 0x80   ? 1
			: at[0] < 0xc2 ? 0
			: at[0] < 0xe0 ? 2
			: at[0] < 0xf0 ? 3
			: at[0] < 0xf5 ? 4
				       : 0;
	uint32_t value;

	if (length < 2) {
		*character = at[0];
		return length;
	}
	value = at[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3f);
	}
	*character = value;
	return value < smallest[length] || value > 0x10ffff || (value >> 11) == 0x1b ? 0 : length;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static char *escape(const char *text, const char *special)
{
	const unsigned char *at = (const unsigned char *)text;
	char *escaped = NULL;
	size_t size;
	FILE *out = xmemstream(&escaped, &size);

	while (*at) {
		uint32_t character;
		size_t length = decode(at, &character);
		bool bad = !length || is_control(character);

		length = length ? length : 1;
		if (!bad && length == 1 && strchr(special, (int)character))
			fputc('\\', out);
		if (!bad)
			fwrite(at, 1, length, out);
		for (size_t i = 0; bad && i < length; i++)
			fprintf(out, "\\x%02x", at[i]);
		at += length;
	}
	fclose(out);
	return escaped;
}

char *escape_controls(const char *text)
{
	return escape(text, "");
}

char *escape_tap(const char *text)
{
	return escape(text, "\\#");
}
