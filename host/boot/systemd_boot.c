/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The default entry of systemd-boot. */
#include "host/boot/systemd_boot.h"

#include "base/alloc.h"
#include "host/boot/efi_variable.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_ENTRY = 64 << 10 };

static const char *const loader_folders[] = { "boot/efi/loader", "efi/loader", "boot/loader" };

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

static int newest_first(const void *left, const void *right)
{
	return -strverscmp(*(char *const *)left, *(char *const *)right);
}

/* What decides: the firmware's variables, then loader.conf, then the newest entry. */
static char *wanted_pattern(struct root *root, const char *folder)
{
	_cleanup_free_ char *path = xasprintf("%s/loader.conf", folder);
	_cleanup_free_ char *text = NULL;
	char *pattern = efi_loader_variable(root, "LoaderEntryOneShot");

	if (!pattern)
		pattern = efi_loader_variable(root, "LoaderEntryDefault");
	if (!pattern && root_read(root, path, LIMIT_ENTRY, &text, NULL, NULL) == 0)
		pattern = value_of_key(text, "default");
	return pattern ? pattern : xstrdup("*");
}

/* The first of the names, newest first, that the pattern wants; the first at all without one. */
static const char *pick_entry(const struct strings *names, const char *pattern)
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

static int read_entry(struct root *root, const char *path, const char *name, struct boot_entry *ret,
		      struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read(root, path, LIMIT_ENTRY, &text, NULL, error);

	if (r < 0)
		return r;
	ret->kernel = value_of_key(text, "linux");
	if (!ret->kernel)
		return error_set(error, EINVAL, "/%s: starts no Linux", path);
	ret->title = value_of_key(text, "title");
	if (!ret->title)
		ret->title = xstrdup(name);
	ret->arguments = all_values_of_key(text, "options");
	return 0;
}

static int read_folder(struct root *root, const char *folder, struct boot_entry *ret, char **source,
		       struct error *error)
{
	_cleanup_free_ char *entries = xasprintf("%s/entries", folder);
	_cleanup_free_ char *pattern = NULL, *path = NULL;
	_cleanup_strings_ struct strings names = { 0 };
	const char *name;
	int r = root_list(root, entries, &names, error);

	if (r < 0)
		return r;
	if (names.count)
		qsort(names.items, names.count, sizeof(*names.items), newest_first);
	pattern = wanted_pattern(root, folder);
	name = pick_entry(&names, pattern);
	if (!name)
		return error_set_errno(error, ENOENT, "/%s/*.conf", entries);
	path = xasprintf("%s/%s", entries, name);
	r = read_entry(root, path, name, ret, error);
	if (r < 0) {
		boot_entry_free(ret);
		return r;
	}
	*source = path;
	path = NULL;
	return 0;
}

static int read_proxmox(struct root *root, struct boot_entry *ret, char **source,
			struct error *error)
{
	char *text;
	int r = root_read(root, "etc/kernel/cmdline", LIMIT_ENTRY, &text, NULL, error);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	*ret = (struct boot_entry){
		.title = xstrdup("the newest kernel"),
		.kernel = xstrdup(""),
		.arguments = text,
	};
	*source = xstrdup("etc/kernel/cmdline");
	return 0;
}

int systemd_boot_default_entry(struct root *root, struct boot_entry *ret, char **source,
			       struct error *error)
{
	*ret = (struct boot_entry){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(loader_folders); i++) {
		int r = read_folder(root, loader_folders[i], ret, source, error);

		if (r != -ENOENT)
			return r;
	}
	return read_proxmox(root, ret, source, error);
}
