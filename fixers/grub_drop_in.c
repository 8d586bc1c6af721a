/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shell fragment by which grub-mkconfig gives words to the kernel. */
#include "fixers/grub_drop_in.h"

#include "base/alloc.h"
#include "fixers/templates.h"

#include <string.h>

#define WORDS_LINE "gpucheck_words='"

char *grub_drop_in_write(const struct strings *words)
{
	_cleanup_free_ char *joined = strings_join(words, " ");

	return template_fill(template_grub_drop_in, "@WORDS@", joined);
}

void grub_drop_in_read(const char *text, struct strings *ret)
{
	const char *line, *word;
	size_t length, word_length;

	while (next_line(&text, &line, &length)) {
		const char *at = line + strlen(WORDS_LINE), *end = line + length - 1;

		/* Somebody's quotes, comments or variables would not survive in ours. */
		if (!starts_with(line, WORDS_LINE) || end < at || *end != '\'' ||
		    at + strcspn(at, "'\"\\$`\r") != end)
			continue;
		while (next_word(&at, end, &word, &word_length))
			strings_take(ret, xstrndup(word, word_length));
	}
}
