/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel command line in words, and the value that a word gives a name. */
#include "host/boot/kernel_arguments.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* The words again, each in quotes, as one line. */
static char *print(const struct strings *words)
{
	_cleanup_strings_ struct strings quoted = { 0 };

	for (size_t i = 0; i < words->count; i++)
		strings_take(&quoted, xasprintf("\"%s\"", words->items[i]));
	return strings_join(&quoted, " ");
}

static void check_value(const char *word)
{
	_cleanup_free_ char *name = xstrndup(word, strcspn(word, "="));
	const char *value = kernel_argument_value(word, name);

	PROMISE(value == (strchr(word, '=') ? word + strlen(name) + 1 : NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *line = input_text(&input), *printed = NULL;
	_cleanup_(kernel_arguments_free) struct kernel_arguments arguments, again;
	size_t length = 0;

	kernel_arguments_parse(line, &arguments);
	for (size_t i = 0; i < arguments.words.count; i++) {
		const char *word = arguments.words.items[i];

		PROMISE(!strchr(word, '"') && strcmp(word, "--") != 0);
		length += strlen(word) + 1;
		check_value(word);
	}
	PROMISE(length <= strlen(line) + 1);
	printed = print(&arguments.words);
	kernel_arguments_parse(printed, &again);
	PROMISE(again.words.count == arguments.words.count);
	for (size_t i = 0; i < again.words.count; i++)
		PROMISE(!strcmp(again.words.items[i], arguments.words.items[i]));
	return 0;
}
