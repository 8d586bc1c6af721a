/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of systemd-boot's files. */
#include "host/boot/loader_entry.h"

#include "base/alloc.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

/* The value of the first line "key value" of a file of such lines, NULL without one. */
static char *value_of_key(const char *text, const char *key)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		const char *at = line, *word;
		size_t word_length;

		if (!next_word(&at, line + length, &word, &word_length) ||
		    word_length != strlen(key) || memcmp(word, key, word_length) != 0)
			continue;
		while (at < line + length && (*at == ' ' || *at == '\t'))
			at++;
		return xstrndup(at, (size_t)(line + length - at));
	}
	return NULL;
}

/* A key may stand several times; its values are joined by blanks (specification: options). */
static char *all_values_of_key(const char *text, const char *key)
{
	_cleanup_strings_ struct strings values = { 0 };
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		_cleanup_free_ char *one = xstrndup(line, length);
		char *value = value_of_key(one, key);

		if (value)
			strings_take(&values, value);
	}
	return strings_join(&values, " ");
}

int loader_entry_parse(const char *text, const char *name, struct boot_entry *ret)
{
	char *kernel = value_of_key(text, "linux"), *title;

	if (!kernel)
		return -EINVAL;
	title = value_of_key(text, "title");
	*ret = (struct boot_entry){
		.title = title ? title : xstrdup(name),
		.kernel = kernel,
		.arguments = all_values_of_key(text, "options"),
	};
	return 0;
}

char *loader_conf_default(const char *text)
{
	return value_of_key(text, "default");
}

const char *loader_entry_pick(const struct strings *names, const char *pattern)
{
	_cleanup_free_ char *with_suffix = xasprintf("%s.conf", pattern);
	const char *first = NULL;

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->items[i];

		if (!ends_with(name, ".conf"))
			continue;
		first = first ? first : name;
		if (!fnmatch(pattern, name, FNM_CASEFOLD) ||
		    !fnmatch(with_suffix, name, FNM_CASEFOLD))
			return name;
	}
	return first;
}
