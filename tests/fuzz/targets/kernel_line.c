/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edit of /etc/kernel/cmdline. A byte chooses the words that are wanted, the rest is the line.
 */
#include "fixers/kernel_line.h"
#include "base/alloc.h"
#include "host/boot/kernel_arguments.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/wanted_words.h"

#include <string.h>

/* Words of before that need no change stand in after too, in their order. */
static void promise_kept(const char *before, const char *after, const struct strings *wanted)
{
	_cleanup_(kernel_arguments_free) struct kernel_arguments old, new;
	size_t at = 0;

	kernel_arguments_parse(before, &old);
	kernel_arguments_parse(after, &new);
	for (size_t i = 0; i < old.words.count; i++) {
		const char *word = old.words.items[i];
		_cleanup_free_ char *edited = kernel_word_edit(word, wanted);

		if (!edited || strcmp(edited, word) != 0 || strings_have(wanted, word))
			continue;
		while (at < new.words.count && strcmp(new.words.items[at], word) != 0)
			at++;
		PROMISE(at++ < new.words.count);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_strings_ struct strings words = wanted_words(input_byte(&input));
	_cleanup_free_ char *text = input_text(&input), *edited = NULL, *again = NULL;
	struct error error;

	if (kernel_line_edit(text, &words, &edited, &error) < 0) {
		PROMISE(!edited && *error.text);
		return 0;
	}
	PROMISE(kernel_line_edit(edited, &words, &again, &error) == 0);
	PROMISE(!strcmp(edited, again));
	promise_in_effect(edited, &words);
	promise_kept(text, edited, &words);
	PROMISE(ends_with(edited, text + strcspn(text, "\r\n")));
	PROMISE(strlen(edited) <= strlen(text) + 100);
	return 0;
}
