/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written down of one kernel's modules. */
#include "host/modules/module_index.h"

#include "base/alloc.h"
#include "host/files/pieces.h"
#include "host/modules/index_text.h"
#include "host/state.h"

#include <errno.h>

static int read_index(struct host *host, const char *release, const char *name, char **ret,
		      size_t *ret_length, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/%s", release, name);

	return root_read(host->root, path, LIMIT_LARGE, ret, ret_length, error);
}

int module_is_builtin_in(struct host *host, const char *release, const char *module, bool *ret,
			 struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = read_index(host, release, "modules.builtin", &text, NULL, error);

	if (r == 0)
		*ret = builtin_index_has(text, module);
	return r;
}

int builtin_modules_claiming(struct host *host, const char *release, const char *modalias,
			     struct strings *ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/modules.builtin.modinfo", release);
	const struct fact *fact = &host->builtin_modinfo;
	int r = fact_file(&host->builtin_modinfo, host->root, path, LIMIT_LARGE, error);

	if (r > 0)
		builtin_aliases_claiming(fact->text, fact->length, modalias, ret);
	return r < 0 ? r : 0;
}

struct dependency_search {
	const char *module;
	struct strings *needs;
	bool found;
};

static bool look_for_module(const char *lines, void *data)
{
	struct dependency_search *search = data;

	search->found = dependency_index_find(lines, search->module, search->needs);
	return !search->found;
}

int module_dependencies(struct host *host, const char *release, const char *module,
			struct strings *ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/modules.dep", release);
	struct dependency_search search = { .module = module, .needs = ret };
	int r = root_read_pieces(host->root, path, LIMIT_LARGE, look_for_module, &search, error);

	if (r < 0)
		return r;
	if (!search.found)
		return error_set(error, ENODEV, "/%s has no module %s", path, module);
	return 0;
}
