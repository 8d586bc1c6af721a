/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The default entry of systemd-boot. */
#include "host/boot/systemd_boot.h"

#include "base/alloc.h"
#include "host/boot/efi_variable.h"
#include "host/boot/loader_entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_ENTRY = 64 << 10 };

static const char *const loader_folders[] = { "boot/efi/loader", "efi/loader", "boot/loader" };

static int newest_first(const void *left, const void *right)
{
	return -strverscmp(*(char *const *)left, *(char *const *)right);
}

/*
 * What decides: the firmware's variables, then loader.conf, then the newest entry. What cannot be
 * read hides the choice.
 */
static int wanted_pattern(struct root *root, const char *folder, char **ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("%s/loader.conf", folder);
	_cleanup_free_ char *text = NULL;
	char *pattern = NULL;
	int r = efi_loader_variable(root, "LoaderEntryOneShot", &pattern, error);

	if (r == 0 && !pattern)
		r = efi_loader_variable(root, "LoaderEntryDefault", &pattern, error);
	if (r == 0 && !pattern)
		r = root_read(root, path, LIMIT_ENTRY, &text, NULL, error);
	if (r < 0 && r != -ENOENT)
		return r;
	if (text)
		pattern = loader_conf_default(text);
	*ret = pattern ? pattern : xstrdup("*");
	return 0;
}

static int read_entry(struct root *root, const char *path, const char *name, struct boot_entry *ret,
		      struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read_listed(root, path, LIMIT_ENTRY, &text, error);

	if (r < 0)
		return r;
	r = loader_entry_parse(text, name, ret);
	return r < 0 ? error_set(error, r, "/%s: starts no Linux", path) : 0;
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
	r = wanted_pattern(root, folder, &pattern, error);
	if (r < 0)
		return r;
	name = loader_entry_pick(&names, pattern);
	if (!name)
		return error_set_errno(error, ENOENT, "/%s/*.conf", entries);
	path = xasprintf("%s/%s", entries, name);
	r = read_entry(root, path, name, ret, error);
	if (r < 0)
		return r;
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
