/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Firmware variables by which a boot loader speaks to the system. */
#include "host/boot/efi_variable.h"

#include "base/alloc.h"

#include <errno.h>

enum {
	ATTRIBUTES = 4, /* efivarfs puts four bytes of attributes before the value */
	LIMIT = 4096,
};

#define LOADER_VENDOR "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

int efi_loader_variable(struct root *root, const char *name, char **ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("sys/firmware/efi/efivars/%s-" LOADER_VENDOR, name);
	_cleanup_free_ char *bytes = NULL;
	size_t length, count = 0;
	char *text;
	int r = root_read(root, path, LIMIT, &bytes, &length, error);

	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return r;
	*ret = NULL;
	if (r < 0 || length < ATTRIBUTES)
		return 0;
	text = xcalloc(length, 1);
	for (size_t i = ATTRIBUTES; i + 1 < length; i += 2) {
		if (!bytes[i] && !bytes[i + 1])
			break;
		text[count++] = bytes[i + 1] || bytes[i] < ' ' || bytes[i] > '~' ? '?' : bytes[i];
	}
	*ret = text;
	return 0;
}
