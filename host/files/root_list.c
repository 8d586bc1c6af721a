/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies in a directory below the root. */
#include "base/alloc.h"
#include "host/files/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
	NAMES_ROOM = 1 << 15,
	/* Processes of this machine; below a directory functions, of which 65,536 are promised. */
	MAX_NAMES_LIVE = 1 << 20,
	MAX_NAMES = (1 << 16) + (1 << 12),
	MAX_BYTES = 8 << 20, /* of a directory's names together */
	MAX_PATHS = 1 << 12, /* files of one kind: VMs, snippets of a configuration */
};

/* readdir(3) would take ENOENT for the end, and what was read before for all. */
static int list_names(int descriptor, size_t most, struct strings *names)
{
	_Alignas(struct dirent64) char part[NAMES_ROOM];
	size_t bytes = 0;
	ssize_t length;

	while ((length = TEMP_FAILURE_RETRY(getdents64(descriptor, part, sizeof(part)))) > 0) {
		const struct dirent64 *entry;

		for (ssize_t at = 0; at < length; at += entry->d_reclen) {
			entry = (const void *)(part + at);
			if (entry->d_name[0] == '.')
				continue;
			bytes += strlen(entry->d_name);
			if (names->count == most || (most == MAX_NAMES && bytes > MAX_BYTES))
				return -EFBIG;
			strings_add(names, entry->d_name);
		}
	}
	return length < 0 ? -errno : 0;
}

int root_list(struct root *root, const char *path, struct strings *ret, struct error *error)
{
	_cleanup_close_ int descriptor = -1;
	struct strings names = { 0 };
	int r;

	descriptor = root_open_file(root, path, O_RDONLY | O_DIRECTORY, error);
	if (descriptor < 0)
		return descriptor;
	r = list_names(descriptor, root_is_live(root) ? MAX_NAMES_LIVE : MAX_NAMES, &names);
	if (r < 0) {
		strings_free(&names);
		return error_set_errno(error, r == -ENOENT ? ESTALE : r, "/%s", path);
	}
	*ret = names;
	return 0;
}

int root_list_paths(struct root *root, const char *folder, const char *ending, struct strings *list,
		    struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_list(root, folder, &names, error);
	size_t count = 0;

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	strings_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		if (!ends_with(names.items[i], ending))
			continue;
		if (count++ == MAX_PATHS)
			return error_set(error, EFBIG, "/%s: more than %d files *%s", folder,
					 MAX_PATHS, ending);
		strings_take(list, xasprintf("%s/%s", folder, names.items[i]));
	}
	return 0;
}
