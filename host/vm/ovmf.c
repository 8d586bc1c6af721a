/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which edk2 a guest's UEFI firmware was built from. */
#include "host/vm/ovmf.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/state.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

enum { LIMIT_STATUS = 64 << 20, YEAR = 4, MONTH = 2 };

static bool is_digits(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return true;
}

bool ovmf_release(const char *version, unsigned *ret)
{
	for (const char *at = version; *at; at++) {
		const char *month;
		unsigned number;

		/* A number that begins here, with the century in which edk2 has been released. */
		if (!starts_with(at, "20") || !is_digits(at, YEAR) ||
		    (at > version && isdigit((unsigned char)at[-1])))
			continue;
		month = at + YEAR + (at[YEAR] == '.');
		if (!is_digits(month, MONTH))
			continue;
		number = (unsigned)(month[0] - '0') * 10 + (unsigned)(month[1] - '0');
		if (number < 1 || number > 12)
			continue;
		*ret = ((unsigned)(at[2] - '0') * 10 + (unsigned)(at[3] - '0') + 2000) * 100 +
		       number;
		return true;
	}
	return false;
}

static bool is_line(const char *line, size_t length, const char *key, const char *value)
{
	size_t skip = strlen(key);

	return length == skip + strlen(value) && starts_with(line, key) &&
	       !memcmp(line + skip, value, strlen(value));
}

char *dpkg_version(const char *status, const char *package)
{
	bool is_it = false, is_installed = false;
	const char *line;
	size_t length;

	/* Paragraphs begin with Package:, and Status: precedes Version:. */
	while (next_line(&status, &line, &length)) {
		if (starts_with(line, "Package: ")) {
			is_it = is_line(line, length, "Package: ", package);
			is_installed = false;
		} else if (is_it && is_line(line, length, "Status: ", "install ok installed")) {
			is_installed = true;
		} else if (is_installed && starts_with(line, "Version: ")) {
			return xstrndup(line + strlen("Version: "), length - strlen("Version: "));
		}
	}
	return NULL;
}

/* The packages that have their files in a folder; the first that is installed counts. */
static const struct {
	const char *folder, *package;
} packages[] = {
	{ "/usr/share/OVMF/", "ovmf" },
	{ "/usr/share/ovmf/", "ovmf" },
	{ "/usr/share/qemu/OVMF.fd", "ovmf" },
	{ "/usr/share/pve-edk2-firmware/", "pve-edk2-firmware-ovmf" },
	{ "/usr/share/pve-edk2-firmware/", "pve-edk2-firmware" },
};

int ovmf_find(struct host *host, const char *loader, struct ovmf *ret, struct error *error)
{
	_cleanup_free_ char *status = NULL;
	int r = root_read_text(host->root, "var/lib/dpkg/status", LIMIT_STATUS, &status, error);

	if (r < 0 && r != -ENOENT)
		return r;
	*ret = (struct ovmf){ 0 };
	for (size_t i = 0; status && !ret->known && i < ARRAY_SIZE(packages); i++) {
		_cleanup_free_ char *version = NULL;

		if (!starts_with(loader ? loader : "/usr/share/OVMF/", packages[i].folder))
			continue;
		version = dpkg_version(status, packages[i].package);
		if (!version || !ovmf_release(version, &ret->release))
			continue;
		ret->known = true;
		ret->package = xasprintf("%s %s", packages[i].package, version);
	}
	return 0;
}
