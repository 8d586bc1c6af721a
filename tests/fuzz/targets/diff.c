/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The diff of a plan: two texts, and what is shown of them gives the second out of the first. */
#include "plan/diff.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_NEWLINE "\\ No newline at end of file"

/* Lines of the old text in front of this number, which are not shown, go over as they are. */
static void pass(const char **old, size_t *number, size_t until, FILE *out)
{
	const char *line;
	size_t length;

	while (*number < until && next_line(old, &line, &length)) {
		fprintf(out, "%.*s\n", (int)length, line);
		++*number;
	}
}

/* One line of a hunk; the one behind it tells whether its text ends with a newline. */
static void take(const char *line, size_t length, bool ends, const char **old, size_t *number,
		 FILE *out)
{
	const char *other;
	size_t other_length;

	if (*line == ' ' || *line == '-') {
		PROMISE(next_line(old, &other, &other_length));
		PROMISE(other_length + 1 == length && !memcmp(other, line + 1, other_length));
		++*number;
	}
	if (*line == ' ' || *line == '+')
		fprintf(out, "%.*s%s", (int)length - 1, line + 1, ends ? "\n" : "");
}

/* As patch(1) would. */
static char *apply(const char *old, const char *diff)
{
	size_t number = 1, length;
	const char *line;
	char *text = NULL;
	size_t size;
	FILE *out = xmemstream(&text, &size);

	while (next_line(&diff, &line, &length)) {
		if (starts_with(line, "--- ") && number == 1 && starts_with(diff, "+++ ")) {
			next_line(&diff, &line, &length);
		} else if (starts_with(line, "@@ -")) {
			char *end;
			size_t first = strtoul(line + strlen("@@ -"), &end, 10);

			/* "-3,0": nothing of the old text, behind its third line. */
			first += starts_with(end, ",0 ");
			pass(&old, &number, first, out);
		} else if (*line != '\\') {
			take(line, length, !starts_with(diff, NO_NEWLINE), &old, &number, out);
		}
	}
	fprintf(out, "%s", old);
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *before = input_text(&input), *after = input_text(&input);
	_cleanup_free_ char *diff = NULL, *made = NULL;

	PROMISE(diff_texts("etc/default/grub", before, after, &diff, NULL) == 0);
	PROMISE(!*diff == !strcmp(before, after));
	made = apply(before, diff);
	PROMISE(!strcmp(made, after));
	return 0;
}
