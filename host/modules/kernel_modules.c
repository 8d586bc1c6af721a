/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's kernel knows of its modules. */
#include "host/modules/kernel_modules.h"

#include "base/alloc.h"
#include "host/files/pieces.h"
#include "host/modules/index_text.h"
#include "host/state.h"

#include <errno.h>
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

/*
 * The same for modules.alias, which is looked through anew each time: what was there and is gone
 * was not missing from the host.
 */
static int look_through_aliases(struct host *host, visit_lines *visit, void *data,
				struct error *error)
{
	_cleanup_free_ char *path = NULL;
	int r = kernel_modules_file(host, "modules.alias", &path, error);

	if (r < 0 || !path)
		return r;
	r = root_read_pieces(host->root, path, LIMIT_LARGE, visit, data, error);
	if (r == -ENOENT && host->saw_aliases)
		return error_set_errno(error, ESTALE, "/%s", path);
	if (r == -ENOENT)
		return 0;
	host->saw_aliases |= r == 0;
	return r < 0 ? r : 1;
}

struct variant_search {
	const char *module;
	bool found;
};

static bool look_for_variant(const char *lines, void *data)
{
	struct variant_search *search = data;

	search->found = alias_index_has_variant(lines, search->module);
	return !search->found;
}

int driver_is_vfio_variant(struct host *host, const char *driver, bool *ret, struct error *error)
{
	_cleanup_free_ char *module = NULL;
	struct variant_search search = { 0 };
	int r = driver_module(host, driver, &module, error);

	if (r < 0)
		return r;
	if (!module)
		module = module_name(driver);
	search.module = module;
	r = look_through_aliases(host, look_for_variant, &search, error);
	if (r < 0)
		return r;
	if (!r)
		return error_set(
			error, ENOENT,
			"/lib/modules: the running kernel's modules.alias is not there, which "
			"would tell whether %s is a variant of vfio-pci",
			driver);
	*ret = search.found;
	return 0;
}

int module_is_builtin(struct host *host, const char *module, bool *ret, struct error *error)
{
	_cleanup_(fact_free) struct fact index = { 0 };
	int r = read_index(host, "modules.builtin", &index, error);

	if (r < 0)
		return r;
	*ret = r && builtin_index_has(index.text, module);
	return 0;
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

struct claim_search {
	const char *modalias;
	struct strings *names;
};

static bool look_for_claims(const char *lines, void *data)
{
	const struct claim_search *search = data;

	alias_index_claiming(lines, search->modalias, search->names);
	return true;
}

int modules_claiming(struct host *host, struct pci_function *function, struct strings *ret,
		     struct error *error)
{
	_cleanup_free_ char *modalias = NULL;
	_cleanup_strings_ struct strings names = { 0 };
	struct claim_search search = { .names = &names };
	int r = read_modalias(host, function, &modalias, error);

	if (r < 0)
		return r;
	search.modalias = modalias;
	r = look_through_aliases(host, look_for_claims, &search, error);
	if (r < 0)
		return r;
	if (!r)
		return error_set(error, ENOENT,
				 "/lib/modules: the running kernel's modules.alias is not there, "
				 "which would tell the modules for %s",
				 function->name);
	*ret = names;
	names = (struct strings){ 0 };
	return 0;
}
