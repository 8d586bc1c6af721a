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

/* The pattern fits; that of another vendor is told by its first letters: "pci:v000010DEd…". */
static bool pattern_fits(const char *pattern, const char *modalias)
{
	const size_t vendor = strlen("pci:v"), length = vendor + 8;

	if (strnlen(pattern, length) == length && pattern[vendor] != '*' &&
	    strncmp(pattern, modalias, length) != 0)
		return false;
	return fnmatch(pattern, modalias, 0) == 0;
}

/* The file is one "xhci_pci.alias=pci:v*d*…" behind the other, each with a NUL at its end. */
int builtin_modules_claiming(struct host *host, const char *release, const char *modalias,
			     struct strings *ret, struct error *error)
{
	static const char key[] = ".alias=pci:";
	_cleanup_free_ char *path = xasprintf("lib/modules/%s/modules.builtin.modinfo", release);
	const struct fact *fact = &host->builtin_modinfo;
	const char *at, *end;
	int r = fact_file(&host->builtin_modinfo, host->root, path, LIMIT_LARGE, error);

	if (r <= 0)
		return r;
	end = fact->text + fact->length;
	at = fact->text;
	while ((at = memmem(at, (size_t)(end - at), key, strlen(key)))) {
		const char *name = at;

		while (name > fact->text && name[-1])
			name--;
		if (pattern_fits(at + strlen(".alias="), modalias)) {
			char *copy = xstrndup(name, (size_t)(at - name));

			if (strings_have(ret, copy))
				free(copy);
			else
				strings_take(ret, copy);
		}
		at += strlen(key);
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
