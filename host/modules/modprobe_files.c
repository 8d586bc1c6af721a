/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files modprobe reads, in its order (libkmod-config.c: kmod_config_new, conf_files_list). */
#include "base/alloc.h"
#include "host/modules/kernel_modules.h"
#include "host/modules/modprobe.h"
#include "host/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The earlier hides the later (modprobe.d(5)). */
static const char *const folders[] = {
	"etc/modprobe.d",     "run/modprobe.d", "usr/local/lib/modprobe.d",
	"usr/lib/modprobe.d", "lib/modprobe.d",
};

/* The soft dependencies the kernel's modules ask for; kmod sorts it among the others by name. */
static const char softdeps[] = "modules.softdep";

struct candidate {
	const char *name; /* within path */
	size_t folder;
	char *path;
};

static bool is_conf(const char *name)
{
	return name[0] != '.' && strlen(name) > strlen(".conf") && ends_with(name, ".conf");
}

/* False for a path that modprobe does not read. */
static bool classify(char *path, struct candidate *ret)
{
	const char *slash = strrchr(path, '/');

	*ret = (struct candidate){ .name = slash ? slash + 1 : path, .path = path };
	if (!slash || !strcmp(ret->name, softdeps))
		return slash;
	while (ret->folder < ARRAY_SIZE(folders) &&
	       (strlen(folders[ret->folder]) != (size_t)(slash - path) ||
		!starts_with(path, folders[ret->folder])))
		ret->folder++;
	return ret->folder < ARRAY_SIZE(folders) && is_conf(ret->name);
}

static int by_name(const void *left, const void *right)
{
	const struct candidate *one = left, *other = right;
	int names = strcmp(one->name, other->name);

	return names ? names : (one->folder > other->folder) - (one->folder < other->folder);
}

void modprobe_order(struct strings *paths)
{
	struct candidate *candidates = xcalloc(paths->count, sizeof(*candidates));
	struct strings ordered = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < paths->count; i++)
		if (classify(paths->items[i], &candidates[count]))
			count++;
	qsort(candidates, count, sizeof(*candidates), by_name);
	for (size_t i = 0; i < count; i++)
		if (!i || strcmp(candidates[i].name, candidates[i - 1].name) != 0)
			strings_add(&ordered, candidates[i].path);
	free(candidates);
	strings_free(paths);
	*paths = ordered;
}

/* A link to /dev/null hides the files of its name; below a recorded root it may lead nowhere. */
static bool is_mask(struct root *root, const char *path)
{
	_cleanup_free_ char *target = NULL;

	return root_read_link(root, path, &target, NULL) == 0 && ends_with(target, "/dev/null");
}

/* 1 for what hides files of its name, 0 for a folder or a link to nothing: kmod passes over them.
 */
static int hides(struct root *root, const char *path, struct error *error)
{
	struct error why;
	int r = root_open_file(root, path, O_PATH | O_DIRECTORY, &why);

	if (r >= 0) {
		close(r);
		return 0;
	}
	if (r == -ENOTDIR)
		return 1;
	if (r == -ENOENT || r == -ELOOP) {
		r = root_listed(root, path, -ENOENT, error);
		return r == -ENOENT ? is_mask(root, path) : r;
	}
	return error_set(error, r, "%s", why.text);
}

static int list_folder(struct root *root, const char *folder, struct strings *paths,
		       struct error *error)
{
	_cleanup_strings_ struct strings all = { 0 };
	int r = root_list_paths(root, folder, ".conf", &all, error);

	for (size_t i = 0; r >= 0 && i < all.count; i++) {
		r = hides(root, all.items[i], error);
		if (r > 0)
			strings_add(paths, all.items[i]);
	}
	return r < 0 ? r : 0;
}

static int read_file(struct root *root, const char *path, struct modprobe *modprobe,
		     struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read_text(root, path, LIMIT_TEXT, &text, error);

	/* All but the kernel's own were listed. */
	if (!ends_with(path, softdeps))
		r = root_listed(root, path, r, error);
	if (r == 0)
		modprobe_parse(text, path, modprobe);
	else if (r == -ENOENT || (r == -EINVAL && is_mask(root, path)))
		r = 0;
	return r;
}

static int read_all(struct host *host, struct modprobe *modprobe, struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	char *kernels = NULL;
	int r = kernel_modules_file(host, softdeps, &kernels, error);

	if (r == 0 && kernels)
		strings_take(&paths, kernels);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(folders); i++)
		r = list_folder(host->root, folders[i], &paths, error);
	modprobe_order(&paths);
	for (size_t i = 0; r == 0 && i < paths.count; i++)
		r = read_file(host->root, paths.items[i], modprobe, error);
	return r;
}

int modprobe_read(struct host *host, const char *arguments, const char *source,
		  struct modprobe *ret, struct error *error)
{
	struct modprobe modprobe = { 0 };
	int r = read_all(host, &modprobe, error);

	if (r == 0 && !arguments) {
		source = "proc/cmdline";
		r = fact_must(&host->arguments, host->root, source, LIMIT_TEXT, error);
		arguments = r < 0 ? NULL : host->arguments.text;
	}
	if (r < 0) {
		modprobe_free(&modprobe);
		return r;
	}
	modprobe_parse_arguments(arguments, source, &modprobe);
	*ret = modprobe;
	return 0;
}
