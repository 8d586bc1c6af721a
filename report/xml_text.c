/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of the machine as XML 1.0. Written by hand: libxml2 takes longer to load than all checks of
 * a host take, and what is written here is five entities.
 */
#include "report/xml_text.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "report/escape.h"

static const char *entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

void write_xml_text(const char *text, FILE *out)
{
	_cleanup_free_ char *safe = escape_controls(text);

	for (const char *at = safe; *at; at++) {
		const char *entity = entity_of(*at);

		if (entity) {
			fputs(entity, out);
		} else if (starts_with(at, "\xef\xbf\xbe") || starts_with(at, "\xef\xbf\xbf")) {
			/* U+FFFE and U+FFFF are UTF-8, but no Char (XML 1.0, 2.2). */
			fprintf(out, "\\xef\\xbf\\x%02x", (unsigned char)at[2]);
			at += 2;
		} else {
			fputc(*at, out);
		}
	}
}

void write_xml_attribute(const char *name, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", name);
	write_xml_text(value, out);
	fputc('"', out);
}
