/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from the machine, made safe to print. */
#include "report/escape.h"

#include "base/alloc.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* What ASCII has in the place of a typographic sign; NULL for any other character. */
static const char *in_ascii(uint32_t c)
{
	static const struct {
		uint32_t character;
		const char *written;
	} signs[] = {
		{ 0xa0, " " },    { 0xa9, "(C)" },  { 0xae, "(R)" },   { 0xb5, "u" },
		{ 0xd7, "x" },    { 0x2010, "-" },  { 0x2011, "-" },   { 0x2013, "-" },
		{ 0x2014, "--" }, { 0x2018, "'" },  { 0x2019, "'" },   { 0x201c, "\"" },
		{ 0x201d, "\"" }, { 0x2022, "*" },  { 0x2026, "..." }, { 0x2122, "(TM)" },
		{ 0x2190, "<-" }, { 0x2192, "->" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (signs[i].character == c)
			return signs[i].written;
	return NULL;
}

/* Printable ASCII, as nearly all text is: nothing in it is escaped but what is special. */
static bool is_plain(const char *text, const char *special)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || strchr(special, *text))
			return false;
	return true;
}

static char *escape(const char *text, const char *special, bool ascii)
{
	char *escaped = NULL;
	size_t size;
	FILE *out;

	if (is_plain(text, special))
		return xstrdup(text);
	out = xmemstream(&escaped, &size);
	while (*text) {
		uint32_t character;
		size_t length = utf8_decode(text, &character);
		const char *sign = ascii && length > 1 ? in_ascii(character) : NULL;
		bool bad = !length || is_control(character) || (ascii && length > 1);

		length = length ? length : 1;
		if (!bad && length == 1 && strchr(special, (int)character))
			fputc('\\', out);
		if (sign)
			fputs(sign, out);
		else if (!bad)
			fwrite(text, 1, length, out);
		for (size_t i = 0; bad && !sign && i < length; i++)
			fprintf(out, "\\x%02x", (unsigned char)text[i]);
		text += length;
	}
	fclose(out);
	return escaped;
}

char *escape_controls(const char *text)
{
	return escape(text, "", false);
}

char *escape_to_ascii(const char *text)
{
	return escape(text, "", true);
}

char *escape_tap(const char *text)
{
	return escape(text, "\\#", false);
}
