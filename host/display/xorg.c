/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices Xorg is told to use. */
#include "host/display/xorg.h"

#include "base/alloc.h"
#include "host/state.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const servers[] = { "usr/lib/xorg/Xorg", "usr/bin/Xorg" };
static const char *const folders[] = { "usr/share/X11/xorg.conf.d", "etc/X11/xorg.conf.d" };

/* A decimal number up to max; moves *cursor behind its digits. */
static bool decimal(const char **cursor, unsigned long max, unsigned long *ret)
{
	char *end;

	if (!isdigit((unsigned char)**cursor))
		return false;
	errno = 0;
	*ret = strtoul(*cursor, &end, 10);
	*cursor = end;
	return !errno && *ret <= max;
}

bool xorg_bus_id_parse(const char *text, struct pci_address *ret)
{
	unsigned long bus, domain = 0, device, function = 0;

	if (strncasecmp(text, "PCI:", 4) != 0 && strncasecmp(text, "AGP:", 4) != 0)
		return false;
	text += 4;
	if (!decimal(&text, 0xffffffff, &bus))
		return false;
	if (*text == '@' && (text++, !decimal(&text, 0xffffffff, &domain)))
		return false;
	if (*text++ != ':' || !decimal(&text, 31, &device))
		return false;
	if (*text == ':' && (text++, !decimal(&text, 7, &function)))
		return false;
	/* Without @ a large bus number holds the domain above its low byte (xf86ParsePciBusString).
	 */
	domain += bus >> 8;
	if (*text || domain > UINT32_MAX)
		return false;
	*ret = (struct pci_address){
		.domain = (uint32_t)domain,
		.bus = bus & 0xff,
		.device = (uint8_t)device,
		.function = (uint8_t)function,
	};
	return true;
}

char *xorg_bus_id_format(const struct pci_address *address)
{
	if (address->domain)
		return xasprintf("PCI:%u@%u:%u:%u", address->bus, address->domain, address->device,
				 address->function);
	return xasprintf("PCI:%u:%u:%u", address->bus, address->device, address->function);
}

/* A keyword as xorg.conf compares it: case, blanks and underscores do not count. */
static bool is_keyword(const char *word, const char *keyword)
{
	for (;; word++, keyword++) {
		while (*word == '_' || *word == ' ' || *word == '\t')
			word++;
		if (tolower((unsigned char)*word) != tolower((unsigned char)*keyword))
			return false;
		if (!*word)
			return true;
	}
}

/* Next word or quoted text of a line; NULL at its end or at a comment. Modifies the line. */
static char *next_token(char **cursor)
{
	char *at = *cursor + strspn(*cursor, " \t\r"), *token;

	if (!*at || *at == '#')
		return NULL;
	if (*at == '"') {
		token = ++at;
		at += strcspn(at, "\"");
	} else {
		token = at;
		at += strcspn(at, " \t\r\"");
	}
	if (*at)
		*at++ = '\0';
	*cursor = at;
	return token;
}

static void add_bus_id(struct xorg *xorg, const char *file, const char *text)
{
	struct xorg_bus_id id = { .file = xstrdup(file), .text = xstrdup(text) };

	id.valid = xorg_bus_id_parse(text, &id.address);
	xorg->ids = xreallocarray(xorg->ids, xorg->count + 1, sizeof(id));
	xorg->ids[xorg->count++] = id;
}

void xorg_parse(const char *text, const char *file, struct xorg *xorg)
{
	bool in_device = false;
	const char *line;
	size_t length;

	while (next_line(&text, &line, &length)) {
		_cleanup_free_ char *copy = xstrndup(line, length);
		char *cursor = copy, *keyword = next_token(&cursor);
		char *value = keyword ? next_token(&cursor) : NULL;

		if (!keyword)
			continue;
		if (is_keyword(keyword, "Section"))
			in_device = value && is_keyword(value, "Device");
		else if (is_keyword(keyword, "EndSection"))
			in_device = false;
		else if (in_device && value && is_keyword(keyword, "BusID"))
			add_bus_id(xorg, file, value);
	}
}

static int read_file(struct host *host, const char *path, struct xorg *xorg, struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read(host->root, path, LIMIT_TEXT, &text, NULL, error);

	if (r == 0)
		xorg_parse(text, path, xorg);
	return r;
}

static int read_folder(struct host *host, const char *folder, struct xorg *xorg,
		       struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	int r = root_list_paths(host->root, folder, ".conf", &paths, error);

	for (size_t i = 0; (r == 0 || r == -ENOENT) && i < paths.count; i++)
		r = root_listed(host->root, paths.items[i],
				read_file(host, paths.items[i], xorg, error), error);
	return r == -ENOENT ? 0 : r;
}

static int read_all(struct host *host, struct xorg *xorg, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(servers); i++)
		r = root_exists(host->root, servers[i], error);
	xorg->installed = r > 0;
	if (r <= 0)
		return r;
	r = read_file(host, "etc/X11/xorg.conf", xorg, error);
	if (r == -ENOENT)
		r = 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(folders); i++)
		r = read_folder(host, folders[i], xorg, error);
	return r;
}

int xorg_read(struct host *host, const struct xorg **ret, struct error *error)
{
	if (!host->xorg) {
		struct xorg *xorg = xcalloc(1, sizeof(*xorg));
		int r = read_all(host, xorg, error);

		if (r < 0) {
			xorg_free(xorg);
			return r;
		}
		host->xorg = xorg;
	}
	*ret = host->xorg;
	return 0;
}

void xorg_free(struct xorg *xorg)
{
	if (!xorg)
		return;
	for (size_t i = 0; i < xorg->count; i++) {
		free(xorg->ids[i].file);
		free(xorg->ids[i].text);
	}
	free(xorg->ids);
	free(xorg);
}
