/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of a kernel command line that keep every byte they need not touch. */
#include "fixers/kernel_line.h"

#include "base/alloc.h"
#include "host/boot/kernel_arguments.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A comma list without the pieces that begin with "off", as the kernel compares them. */
static char *without_off(const char *value)
{
	_cleanup_strings_ struct strings kept = { 0 };

	while (*value) {
		size_t length = strcspn(value, ",");

		if (length && !starts_with(value, "off"))
			strings_take(&kept, xstrndup(value, length));
		value += length + (value[length] == ',');
	}
	return strings_join(&kept, ",");
}

static bool sets_ids(const struct strings *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (kernel_argument_value(words->items[i], "vfio-pci.ids"))
			return true;
	return false;
}

/* A word as a token: in quotes where blanks are in it. */
static char *token_of(const char *word)
{
	return strpbrk(word, " \t\n\v\f\r") ? xasprintf("\"%s\"", word) : xstrdup(word);
}

char *kernel_word_edit(const char *token, const struct strings *words)
{
	static const char *const names[] = { "iommu", "amd_iommu", "intel_iommu" };
	_cleanup_free_ char *word = kernel_token_word(token, strlen(token));

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = kernel_argument_value(word, names[i]);
		_cleanup_free_ char *kept = value ? without_off(value) : NULL, *left = NULL;

		if (!value || strlen(kept) == strlen(value))
			continue;
		left = xasprintf("%.*s%s", (int)(value - word), word, kept);
		return *kept ? token_of(left) : NULL;
	}
	/* Of two the last would win; ours has the owner's ids in it. */
	if (kernel_argument_value(word, "vfio-pci.ids") && sets_ids(words) &&
	    !strings_have(words, word))
		return NULL;
	return xstrdup(token);
}

/* Of the blanks in front of a token, and the token: what stays of both. */
static void put_token(const char *blanks, const char *token, const char *end,
		      const struct strings *words, struct strings *seen, FILE *out)
{
	_cleanup_free_ char *whole = xstrndup(token, (size_t)(end - token));
	_cleanup_free_ char *kept = kernel_word_edit(whole, words);
	char *word;

	if (!kept)
		return;
	word = kernel_token_word(kept, strlen(kept));
	if (strings_have(words, word) && strings_have(seen, word)) {
		free(word);
		return;
	}
	/* In front of the first word stands what stood in front of the first word. */
	if (!ftell(out))
		blanks = token;
	fprintf(out, "%.*s%s", (int)(token - blanks), blanks, kept);
	strings_take(seen, word);
}

static void put_missing(const struct strings *words, const struct strings *seen, FILE *out)
{
	for (size_t i = 0; i < words->count; i++)
		if (!strings_have(seen, words->items[i]))
			fprintf(out, "%s%s", ftell(out) ? " " : "", words->items[i]);
}

/* Line breaks only at the end. */
static bool is_one_line(const char *text)
{
	const char *end = text + strcspn(text, "\r\n");

	return end[strspn(end, "\r\n")] == '\0';
}

/* Why the text cannot be edited; NULL when it can. */
static const char *find_trouble(const char *text)
{
	bool quoted = false;

	if (!is_one_line(text))
		return "holds more than one line, or a comment";
	for (const char *at = text; *at; at++) {
		/* Not all who read the file take it for one, but no argument begins so. */
		if (*at == '#' && !quoted && (at == text || isspace((unsigned char)at[-1])))
			return "holds more than one line, or a comment";
		quoted ^= *at == '"';
	}
	return quoted ? "holds a quote that is never closed" : NULL;
}

/* "--", in quotes or not: init's arguments follow. */
static bool ends_arguments(const char *token, const char *end)
{
	_cleanup_free_ char *word = kernel_token_word(token, (size_t)(end - token));

	return !strcmp(word, "--");
}

int kernel_line_edit(const char *text, const struct strings *words, char **ret, struct error *error)
{
	_cleanup_strings_ struct strings seen = { 0 };
	const char *at = text, *trouble = find_trouble(text);
	size_t length;
	FILE *out;

	if (trouble)
		return error_set(error, EINVAL, "%s", trouble);
	out = xmemstream(ret, &length);
	while (*at) {
		const char *blanks = at, *end;

		while (isspace((unsigned char)*at))
			at++;
		end = kernel_token_end(at);
		if (at == end || ends_arguments(at, end)) {
			at = blanks;
			break;
		}
		put_token(blanks, at, end, words, &seen, out);
		at = end;
	}
	put_missing(words, &seen, out);
	/* What stands at the very begin is a "--". */
	fprintf(out, "%s%s", *at && !isspace((unsigned char)*at) && ftell(out) ? " " : "", at);
	fclose(out);
	return 0;
}
