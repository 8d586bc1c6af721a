/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of one line of a guest's answer. */
#include "host/programs/guest/words.h"

#include "base/alloc.h"
#include "base/strings.h"

#include <ctype.h>
#include <string.h>

bool words_split(char *line, struct words *ret)
{
	char *rest = NULL;

	ret->count = 0;
	for (const char *at = line; *at; at++)
		if (!isprint((unsigned char)*at) || !isascii((unsigned char)*at))
			return false;
	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (ret->count == ARRAY_SIZE(ret->items))
			return false;
		ret->items[ret->count++] = word;
	}
	return true;
}

bool word_is_hex(const char *word, size_t digits)
{
	return starts_with(word, "0x") && strlen(word) == digits + 2 &&
	       strspn(word + 2, "0123456789abcdef") == digits;
}

bool word_is_name(const char *word, size_t most)
{
	size_t length = strlen(word);

	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)word[i]) && !strchr("_-.", word[i]))
			return false;
	return length && length <= most;
}
