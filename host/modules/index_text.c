/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of depmod(8)'s indexes. */
#include "host/modules/index_text.h"

#include "base/alloc.h"
#include "host/modules/kernel_modules.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* "kernel/drivers/vfio/pci/vfio-pci.ko.zst" is vfio_pci; the caller frees it. */
static char *module_of_file(const char *path, size_t length)
{
	_cleanup_free_ char *copy = xstrndup(path, length);
	char *slash = strrchr(copy, '/'), *name = slash ? slash + 1 : copy;
	char *end = strstr(name, ".ko");

	if (end)
		*end = '\0';
	return module_name(name);
}

/* The same, and nothing allocated: an index has thousands of lines. */
static bool is_file_of(const char *path, size_t length, const char *module)
{
	const char *slash = memrchr(path, '/', length);
	const char *at = slash ? slash + 1 : path, *end = path + length;

	for (; *module && at < end && (*at == '-' ? '_' : *at) == *module; at++)
		module++;
	return !*module && end - at >= 3 && !memcmp(at, ".ko", 3);
}

bool builtin_index_has(const char *text, const char *module)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length))
		if (is_file_of(line, length, module))
			return true;
	return false;
}

bool dependency_index_find(const char *text, const char *module, struct strings *ret)
{
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		const char *end = line + length, *colon = memchr(line, ':', length), *word;
		size_t word_length;

		if (!colon || !is_file_of(line, (size_t)(colon - line), module))
			continue;
		colon++;
		while (next_word(&colon, end, &word, &word_length))
			strings_take(ret, module_of_file(word, word_length));
		return true;
	}
	return false;
}

bool alias_index_has_variant(const char *text, const char *module)
{
	static const char prefix[] = "alias vfio_pci:";
	size_t tail = strlen(module), length;
	const char *line;

	while (next_line(&text, &line, &length))
		if (length > sizeof(prefix) + tail && !memcmp(line, prefix, sizeof(prefix) - 1) &&
		    line[length - tail - 1] == ' ' && !memcmp(line + length - tail, module, tail))
			return true;
	return false;
}

/* Whether what a pattern begins with is the text's: an index has 15,000 patterns of PCI devices. */
static bool begins_alike(const char *pattern, const char *text)
{
	while (*pattern && *pattern == *text)
		pattern++, text++;
	switch (*pattern) {
	case '\0':
	case '*':
	case '?':
	case '[':
	case '\\':
	case ' ':
		return true;
	default:
		return false;
	}
}

/* "pci:v000010DEd* nouveau": the module's name when the pattern fits; NULL when not. */
static char *claiming_module(const char *alias, const char *modalias)
{
	_cleanup_free_ char *pattern = xstrndup(alias, strcspn(alias, "\n"));
	char *name = strrchr(pattern, ' ');

	if (!name)
		return NULL;
	*name++ = '\0';
	return fnmatch(pattern, modalias, 0) == 0 ? module_name(name) : NULL;
}

/* Each once, in order: to look through all that were found at each new one would be slow. */
static void unite(struct strings *names)
{
	size_t kept = 0;

	strings_sort(names);
	for (size_t i = 0; i < names->count; i++) {
		if (kept && !strcmp(names->items[kept - 1], names->items[i]))
			free(names->items[i]);
		else
			names->items[kept++] = names->items[i];
	}
	names->count = kept;
}

void alias_index_claiming(const char *text, const char *modalias, struct strings *ret)
{
	static const char alias[] = "alias ";
	const size_t skip = sizeof(alias) - 1;

	/* A line's end is looked for last: few lines of many thousands begin as the device does. */
	for (; *text; text = strchrnul(text, '\n'), text += *text == '\n') {
		char *name = NULL;

		if (!strncmp(text, alias, skip) && begins_alike(text + skip, modalias))
			name = claiming_module(text + skip, modalias);
		if (name && strcmp(name, "vfio_pci") != 0)
			strings_take(ret, name);
		else
			free(name);
	}
	unite(ret);
}

/* The pattern fits; that of another vendor is told by its first letters: "pci:v000010DEd…". */
static bool pattern_fits(const char *pattern, const char *modalias)
{
	const size_t vendor = strlen("pci:v"), length = vendor + 8;

	if (strnlen(pattern, length) == length && pattern[vendor] != '*' &&
	    strncmp(pattern, modalias, length) != 0)
		return false;
	return fnmatch(pattern, modalias, 0) == 0;
}

void builtin_aliases_claiming(const char *bytes, size_t length, const char *modalias,
			      struct strings *ret)
{
	const char *const end = bytes + length;

	for (const char *at = bytes; at < end; at += strlen(at) + 1) {
		const char *alias = strstr(at, ".alias=pci:");

		if (alias && pattern_fits(alias + strlen(".alias="), modalias))
			strings_take(ret, xstrndup(at, (size_t)(alias - at)));
	}
	unite(ret);
}
