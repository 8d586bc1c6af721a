/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of a kernel command line that keep every byte they need not touch. */
#include "fixers/kernel_line.h"

#include "base/alloc.h"
#include "host/boot/kernel_arguments.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
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

char *kernel_word_edit(const char *word, const struct strings *words)
{
	static const char *const names[] = { "iommu", "amd_iommu", "intel_iommu" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = kernel_argument_value(word, names[i]);
		_cleanup_free_ char *kept = value ? without_off(value) : NULL;

		if (!value || !strcmp(kept, value))
			continue;
		return *kept ? xasprintf("%.*s%s", (int)(value - word), word, kept) : NULL;
	}
	/* Of two the last would win; ours has the owner's ids in it. */
	if (kernel_argument_value(word, "vfio-pci.ids") && sets_ids(words) &&
	    !strings_have(words, word))
		return NULL;
	return xstrdup(word);
}

static const char *word_end(const char *at)
{
	bool quoted = false;

	for (; *at && (quoted || !isspace((unsigned char)*at)); at++)
		quoted ^= *at == '"';
	return at;
}

/* Of the blanks in front of a word, and the word: what stays of both. */
static void put_word(const char *blanks, const char *word, const char *end,
		     const struct strings *words, struct strings *seen, FILE *out)
{
	_cleanup_free_ char *whole = xstrndup(word, (size_t)(end - word));
	_cleanup_free_ char *kept = kernel_word_edit(whole, words);

	if (!kept || (strings_have(words, kept) && strings_have(seen, kept)))
		return;
	/* In front of the first word stands what stood in front of the first word. */
	if (!ftell(out))
		blanks = word;
	fprintf(out, "%.*s%s", (int)(word - blanks), blanks, kept);
	strings_add(seen, kept);
}

/* Line breaks only at the end. */
static bool is_one_line(const char *text)
{
	const char *end = text + strcspn(text, "\r\n");

	return end[strspn(end, "\r\n")] == '\0' && *text != '#';
}

int kernel_line_edit(const char *text, const struct strings *words, char **ret, struct error *error)
{
	_cleanup_strings_ struct strings seen = { 0 };
	const char *at = text;
	size_t length;
	FILE *out;

	if (!is_one_line(text))
		return error_set(error, EINVAL, "holds more than one line, or a comment");
	out = xmemstream(ret, &length);
	while (*at) {
		const char *blanks = at, *end;

		while (isspace((unsigned char)*at))
			at++;
		end = word_end(at);
		if (at == end) {
			at = blanks;
			break;
		}
		put_word(blanks, at, end, words, &seen, out);
		at = end;
	}
	for (size_t i = 0; i < words->count; i++)
		if (!strings_have(&seen, words->items[i]))
			fprintf(out, "%s%s", ftell(out) || i ? " " : "", words->items[i]);
	fputs(at, out);
	fclose(out);
	return 0;
}
