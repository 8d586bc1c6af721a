/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the index of kernel modules says of a driver. */
#include "host/module_alias.h"

#include "base/alloc.h"
#include "host/state.h"

#include <errno.h>
#include <string.h>

static int read_aliases(struct host *host, struct error *error)
{
	_cleanup_free_ char *release = NULL, *path = NULL;
	int r = root_read(host->root, "proc/sys/kernel/osrelease", LIMIT_NUMBER, &release, NULL,
			  error);

	if (r < 0)
		return r;
	release[strcspn(release, "\n")] = '\0';
	path = xasprintf("lib/modules/%s/modules.alias", release);
	return fact_file(&host->module_aliases, host->root, path, LIMIT_LARGE, error);
}

/* A driver's name is not its module's: the driver's folder links to the module. */
static int module_of(struct host *host, const char *driver, char **ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("sys/bus/pci/drivers/%s/module", driver);
	_cleanup_(fact_free) struct fact link = { 0 };
	int r = fact_link(&link, host->root, path, error);

	if (r < 0)
		return r;
	*ret = xstrdup(r ? fact_link_name(&link) : driver);
	for (char *at = *ret; *at; at++)
		*at = *at == '-' ? '_' : *at;
	return 0;
}

int driver_is_vfio_variant(struct host *host, const char *driver, bool *ret, struct error *error)
{
	static const char prefix[] = "alias vfio_pci:";
	_cleanup_free_ char *module = NULL;
	const char *text, *line;
	size_t length;
	bool found = false;
	int r = module_of(host, driver, &module, error);

	if (r == 0)
		r = read_aliases(host, error);
	if (r < 0 && r != -ENOENT)
		return r;
	text = r > 0 ? host->module_aliases.text : "";
	while (!found && next_line(&text, &line, &length)) {
		size_t tail = strlen(module);

		found = length > sizeof(prefix) + tail &&
			!memcmp(line, prefix, sizeof(prefix) - 1) &&
			line[length - tail - 1] == ' ' &&
			!memcmp(line + length - tail, module, tail);
	}
	*ret = found;
	return 0;
}
