/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's kernel knows of its modules. */
#include "host/modules/kernel_modules.h"

#include "base/alloc.h"
#include "host/state.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

int kernel_modules_file(struct host *host, const char *name, char **ret, struct error *error)
{
	const char *release;
	int r = fact_file(&host->release, host->root, "proc/sys/kernel/osrelease", LIMIT_NUMBER,
			  error);

	if (r < 0)
		return r;
	release = host->release.text;
	*ret = r ? xasprintf("lib/modules/%.*s/%s", (int)strcspn(release, "\n"), release, name)
		 : NULL;
	return 0;
}

/* 1 when the running kernel's index is there, 0 when not. */
static int read_index(struct host *host, const char *name, struct fact *fact, struct error *error)
{
	_cleanup_free_ char *path = NULL;
	int r = kernel_modules_file(host, name, &path, error);

	return r < 0 || !path ? r : fact_file(fact, host->root, path, LIMIT_LARGE, error);
}

char *module_name(const char *name)
{
	char *copy = xstrdup(name);

	for (char *at = copy; *at; at++)
		*at = *at == '-' ? '_' : *at;
	return copy;
}

int driver_module(struct host *host, const char *driver, char **ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("sys/bus/pci/drivers/%s/module", driver);
	_cleanup_free_ char *name = NULL;
	int r = read_link_name(host->root, path, &name, error);

	if (r < 0)
		return r;
	*ret = name ? module_name(name) : NULL;
	return 0;
}

int driver_is_vfio_variant(struct host *host, const char *driver, bool *ret, struct error *error)
{
	static const char prefix[] = "alias vfio_pci:";
	_cleanup_free_ char *module = NULL;
	const char *text, *line;
	size_t length, tail;
	bool found = false;
	int r = driver_module(host, driver, &module, error);

	if (r == 0)
		r = read_index(host, "modules.alias", &host->module_aliases, error);
	if (r < 0)
		return r;
	if (!module)
		module = module_name(driver);
	if (!r)
		return error_set(
			error, ENOENT,
			"/lib/modules: the running kernel's modules.alias is not there, which "
			"would tell whether %s is a variant of vfio-pci",
			driver);
	text = host->module_aliases.text;
	tail = strlen(module);
	while (!found && next_line(&text, &line, &length))
		found = length > sizeof(prefix) + tail &&
			!memcmp(line, prefix, sizeof(prefix) - 1) &&
			line[length - tail - 1] == ' ' &&
			!memcmp(line + length - tail, module, tail);
	*ret = found;
	return 0;
}

/* "kernel/drivers/vfio/pci/vfio-pci.ko": whether the file is that module's. */
static bool is_module_file(const char *line, size_t length, const char *module)
{
	_cleanup_free_ char *path = xstrndup(line, length), *name = NULL;
	const char *slash = strrchr(path, '/');

	if (!ends_with(path, ".ko"))
		return false;
	path[length - strlen(".ko")] = '\0';
	name = module_name(slash ? slash + 1 : path);
	return !strcmp(name, module);
}

int module_is_builtin(struct host *host, const char *module, bool *ret, struct error *error)
{
	_cleanup_(fact_free) struct fact index = { 0 };
	const char *text, *line;
	size_t length;
	bool found = false;
	int r = read_index(host, "modules.builtin", &index, error);

	if (r < 0)
		return r;
	text = r ? index.text : "";
	while (!found && next_line(&text, &line, &length))
		found = is_module_file(line, length, module);
	*ret = found;
	return 0;
}

/* Whether what a pattern begins with is the text's: an index has 15,000 patterns of PCI devices. */
static bool begins_alike(const char *pattern, const char *text)
{
	while (*pattern && *pattern == *text)
		pattern++, text++;
	return strchr("*?[\\ ", *pattern);
}

/* "alias pci:v000010DEd* nouveau": the module's name when the pattern fits; NULL when not. */
static char *claiming_module(const char *line, size_t length, const char *modalias)
{
	static const char alias[] = "alias ";
	_cleanup_free_ char *copy = NULL;
	char *pattern, *name;

	if (!starts_with(line, alias) || !begins_alike(line + strlen(alias), modalias))
		return NULL;
	copy = xstrndup(line, length);
	pattern = copy + strlen(alias);
	name = strrchr(pattern, ' ');
	if (!name)
		return NULL;
	*name++ = '\0';
	return fnmatch(pattern, modalias, 0) == 0 ? module_name(name) : NULL;
}

/* A function's modalias: "pci:v000010DEd00002504sv…". */
static int read_modalias(struct host *host, const struct pci_function *function, char **ret,
			 struct error *error)
{
	_cleanup_free_ char *path = pci_path(function, "modalias");
	int r = root_read_text(host->root, path, LIMIT_NUMBER, ret, error);

	if (r == 0)
		(*ret)[strcspn(*ret, "\n")] = '\0';
	return r;
}

int modules_claiming(struct host *host, struct pci_function *function, struct strings *ret,
		     struct error *error)
{
	_cleanup_free_ char *modalias = NULL;
	struct strings names = { 0 };
	const char *text, *line;
	size_t length;
	int r = read_modalias(host, function, &modalias, error);

	if (r == 0)
		r = read_index(host, "modules.alias", &host->module_aliases, error);
	if (r < 0)
		return r;
	if (!r)
		return error_set(error, ENOENT,
				 "/lib/modules: the running kernel's modules.alias is not there, "
				 "which would tell the modules for %s",
				 function->name);
	text = host->module_aliases.text;
	while (next_line(&text, &line, &length)) {
		char *name = claiming_module(line, length, modalias);

		if (name && strcmp(name, "vfio_pci") != 0 && !strings_have(&names, name))
			strings_take(&names, name);
		else
			free(name);
	}
	strings_sort(&names);
	*ret = names;
	return 0;
}
