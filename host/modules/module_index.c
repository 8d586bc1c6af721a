/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written down of one kernel's modules. */
#include "host/modules/module_index.h"

#include "base/alloc.h"
#include "host/files/root.h"
#include "host/modules/kernel_modules.h"
#include "host/state.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static int read_index(struct host *host, const char *release, const char *name, char **ret,
		      size_t *ret_length, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/%s", release, name);

	return root_read(host->root, path, LIMIT_LARGE, ret, ret_length, error);
}

/* "kernel/drivers/vfio/pci/vfio-pci.ko.zst" is vfio_pci; the caller frees it. */
static char *module_of_file(const char *path, size_t length)
{
	_cleanup_free_ char *copy = xstrndup(path, length);
	char *slash = strrchr(copy, '/'), *name = slash ? slash + 1 : copy;
	char *end = strstr(name, ".ko");

	if (end)
		*end = '\0';
	return module_name(name);
}

/* The same, and nothing allocated: an index has thousands of lines. */
static bool is_file_of(const char *path, size_t length, const char *module)
{
	const char *slash = memrchr(path, '/', length);
	const char *at = slash ? slash + 1 : path, *end = path + length;

	for (; *module && at < end && (*at == '-' ? '_' : *at) == *module; at++)
		module++;
	return !*module && end - at >= 3 && !memcmp(at, ".ko", 3);
}

int module_is_builtin_in(struct host *host, const char *release, const char *module, bool *ret,
			 struct error *error)
{
	_cleanup_free_ char *text = NULL;
	const char *cursor, *line;
	bool found = false;
	size_t length;
	int r = read_index(host, release, "modules.builtin", &text, NULL, error);

	if (r < 0)
		return r;
	cursor = text;
	while (!found && next_line(&cursor, &line, &length))
		found = is_file_of(line, length, module);
	*ret = found;
	return 0;
}

/* "xhci_pci.alias=pci:v*d*…": the pattern, NULL for what tells something else. */
static const char *alias_of(const char *entry, const char *modalias)
{
	static const char key[] = ".alias=pci:";
	const char *found = strstr(entry, key), *pattern;

	if (!found)
		return NULL;
	pattern = found + strlen(".alias=");
	return fnmatch(pattern, modalias, 0) == 0 ? pattern : NULL;
}

int builtin_modules_claiming(struct host *host, const char *release, const char *modalias,
			     struct strings *ret, struct error *error)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	int r = read_index(host, release, "modules.builtin.modinfo", &text, &length, error);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (const char *entry = text; entry < text + length; entry += strlen(entry) + 1) {
		char *name;

		if (!alias_of(entry, modalias))
			continue;
		name = xstrndup(entry, strcspn(entry, "."));
		if (strings_have(ret, name))
			free(name);
		else
			strings_take(ret, name);
	}
	strings_sort(ret);
	return 0;
}

int module_dependencies(struct host *host, const char *release, const char *module,
			struct strings *ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/modules.dep", release);
	const char *cursor, *line;
	size_t length;
	int r = fact_must(&host->module_dependencies, host->root, path, LIMIT_LARGE, error);

	if (r < 0)
		return r;
	cursor = host->module_dependencies.text;
	while (next_line(&cursor, &line, &length)) {
		const char *end = line + length, *colon = memchr(line, ':', length), *word;
		size_t word_length;

		if (!colon || !is_file_of(line, (size_t)(colon - line), module))
			continue;
		colon++;
		while (next_word(&colon, end, &word, &word_length))
			strings_take(ret, module_of_file(word, word_length));
		return 0;
	}
	return error_set(error, ENODEV, "/%s has no module %s", path, module);
}
