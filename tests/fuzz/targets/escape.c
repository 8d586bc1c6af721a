/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of the machine made safe to print, and folded. */
#include "report/escape.h"
#include "base/alloc.h"
#include "report/fold.h"
#include "report/json_text.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void promise_safe(const char *safe)
{
	PROMISE(is_utf8(safe));
	for (const char *at = safe; *at; at++)
		PROMISE((unsigned char)*at >= ' ' && *at != 0x7f);
	/* C1, separators of lines and paragraphs, overrides of the direction. */
	for (const char *at = strchr(safe, '\xc2'); at; at = strchr(at + 1, '\xc2'))
		PROMISE((unsigned char)at[1] >= 0xa0);
	PROMISE(!strstr(safe, "\u2028") && !strstr(safe, "\u2029") && !strstr(safe, "\u202e"));
}

/* No "#" that a backslash does not take its meaning. */
static void promise_no_directive(const char *safe)
{
	for (const char *at = safe; *at; at++) {
		PROMISE(*at != '#');
		at += *at == '\\' && at[1];
	}
}

static void check_fold(const char *safe, uint8_t width)
{
	_cleanup_free_ char *folded = NULL;
	size_t length, at = 0;
	FILE *out = xmemstream(&folded, &length);

	fold(safe, 4, 2, width, out);
	fclose(out);
	/* Letters are all there, blanks alone are moved. */
	for (size_t i = 0; i < length; i++) {
		if (strchr(" \n", folded[i]))
			continue;
		at += strspn(safe + at, " ");
		PROMISE(safe[at++] == folded[i]);
	}
	PROMISE(!safe[at + strspn(safe + at, " ")]);
	PROMISE(width || count_lines(folded) == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	uint8_t width = input_byte(&input) % 120;
	_cleanup_free_ char *text = input_text(&input), *safe = escape_controls(text);
	_cleanup_free_ char *tap = escape_tap(text), *again = escape_controls(safe);
	_cleanup_free_ char *quoted = json_quote(text);
	json_t *string = json_loads(quoted, JSON_DECODE_ANY, NULL);

	promise_safe(safe);
	promise_safe(tap);
	promise_no_directive(tap);
	PROMISE(!strcmp(safe, again));
	PROMISE(strlen(safe) <= 4 * strlen(text));
	PROMISE(string && !strcmp(json_string_value(string), safe));
	check_fold(safe, width);
	json_decref(string);
	return 0;
}
