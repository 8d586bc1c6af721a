/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading one stage of the next boot. */
#include "host/boot/next_stage.h"

#include "base/alloc.h"
#include "host/modules/kernel_modules.h"
#include "host/state.h"

#include <errno.h>
#include <string.h>

/* modules-load.d(5), the folders in which a distribution or the owner lists modules. */
static const char *const lists[] = { "etc/modules-load.d", "run/modules-load.d",
				     "usr/local/lib/modules-load.d", "usr/lib/modules-load.d" };

#define IMAGE_SCRIPTS "scripts/init-top/"
#define DISK_SCRIPTS  "etc/initramfs-tools/scripts/init-top"
#define UDEV_RULES    "etc/udev/rules.d"

/* Names of modules, a line each; what follows a name are its options. */
static void add_listed(const char *text, struct strings *modules)
{
	const char *line, *word;
	size_t length, word_length;

	while (next_line(&text, &line, &length)) {
		const char *cursor = line;
		_cleanup_free_ char *name = NULL;

		if (!next_word(&cursor, line + length, &word, &word_length) || *word == '#' ||
		    *word == ';')
			continue;
		name = xstrndup(word, word_length);
		strings_take(modules, module_name(name));
	}
}

/* Modules that words such as "rd.driver.pre=a,b" name. */
static void add_argued(const struct strings *words, const char *name, struct strings *modules)
{
	for (size_t i = 0; i < words->count; i++) {
		const char *value = kernel_argument_value(words->items[i], name);
		_cleanup_free_ char *copy = xstrdup(value);
		char *cursor = copy, *module;

		while ((module = strsep(&cursor, ",")))
			strings_take(modules, module_name(module));
	}
}

static bool names_vfio(const char *text)
{
	return strstr(text, "vfio") || strstr(text, "driver_override");
}

/* NULL in *ret for what is not there, or a link to /dev/null. */
static int read_file(struct host *host, const char *path, char **ret, struct error *error)
{
	_cleanup_free_ char *target = NULL;
	int r = root_read_text(host->root, path, LIMIT_TEXT, ret, error);

	if (r == 0)
		return 0;
	if (r != -ENOENT && root_read_link(host->root, path, &target, NULL) == 0 &&
	    ends_with(target, "/dev/null"))
		r = -ENOENT;
	if (r == -ENOENT)
		*ret = NULL;
	return r == -ENOENT ? 0 : r;
}

static int read_lists(struct host *host, struct strings *modules, struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	int r = 0;

	strings_add(&paths, "etc/modules");
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(lists); i++)
		r = root_list_paths(host->root, lists[i], ".conf", &paths, error);
	for (size_t i = 0; r == 0 && i < paths.count; i++) {
		_cleanup_free_ char *text = NULL;

		r = read_file(host, paths.items[i], &text, error);
		if (text)
			add_listed(text, modules);
	}
	return r;
}

static int read_rules(struct host *host, struct udev_overrides *overrides, struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	int r = root_list_paths(host->root, UDEV_RULES, ".rules", &paths, error);

	for (size_t i = 0; r == 0 && i < paths.count; i++) {
		_cleanup_free_ char *text = NULL;

		r = read_file(host, paths.items[i], &text, error);
		if (text)
			udev_rules_parse(text, paths.items[i], overrides);
	}
	return r;
}

static int read_scripts(struct host *host, struct strings *scripts, struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	int r = root_list_paths(host->root, DISK_SCRIPTS, "", &paths, error);

	for (size_t i = 0; r == 0 && i < paths.count; i++) {
		_cleanup_free_ char *text = NULL;

		r = read_file(host, paths.items[i], &text, error);
		if (text && names_vfio(text))
			strings_add(scripts, paths.items[i]);
	}
	return r;
}

int next_stage_of_disk(struct host *host, const struct next_boot *boot, struct boot_stage *ret,
		       struct error *error)
{
	struct boot_stage stage = { .has_all = true };
	int r = modprobe_read(host, boot->line, boot->source, &stage.modprobe, error);

	if (r == 0)
		r = read_lists(host, &stage.listed, error);
	if (r == 0)
		r = read_rules(host, &stage.overrides, error);
	if (r == 0)
		r = read_scripts(host, &stage.scripts, error);
	add_argued(&boot->arguments.words, "modules_load", &stage.listed);
	if (r < 0)
		next_stage_free(&stage);
	else
		*ret = stage;
	return r;
}

/* The kernel's own softdeps come with its modules, into the image too. */
static int add_softdeps(struct host *host, const char *path, struct modprobe *modprobe,
			struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = read_file(host, path, &text, error);

	if (text)
		modprobe_parse(text, path, modprobe);
	return r;
}

static int read_image_modprobe(struct host *host, const struct next_boot *boot, const char *image,
			       const struct initramfs *contents, struct modprobe *ret,
			       struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	char *softdeps = NULL;
	int r = kernel_modules_file(host, "modules.softdep", &softdeps, error);

	if (softdeps)
		strings_take(&paths, softdeps);
	for (size_t i = 0; i < contents->count; i++)
		strings_add(&paths, contents->files[i].path);
	modprobe_order(&paths);
	for (size_t i = 0; r == 0 && i < paths.count; i++) {
		const char *path = paths.items[i];
		const struct initramfs_file *file = initramfs_find(contents, path);

		if (!file)
			r = add_softdeps(host, path, ret, error);
		else if (file->text)
			modprobe_parse(file->text, path, ret);
		else
			r = error_set(error, EINVAL, "/%s: /%s in it is no text that can be read",
				      image, path);
	}
	modprobe_parse_arguments(boot->line, boot->source, ret);
	return r;
}

/* The other files of an image that say what is loaded, and by whom. */
static void read_image_files(const struct initramfs *contents, struct boot_stage *stage)
{
	for (size_t i = 0; i < contents->count; i++) {
		const struct initramfs_file *file = &contents->files[i];
		struct kernel_arguments words;

		if (!file->text)
			continue;
		if (starts_with(file->path, "etc/cmdline.d/")) {
			kernel_arguments_parse(file->text, &words);
			add_argued(&words.words, "rd.driver.pre", &stage->early);
			kernel_arguments_free(&words);
		} else if (!strcmp(file->path, "conf/modules") ||
			   starts_with(file->path, "etc/modules-load.d/")) {
			add_listed(file->text, &stage->listed);
		} else if (starts_with(file->path, UDEV_RULES "/")) {
			udev_rules_parse(file->text, file->path, &stage->overrides);
		} else if (starts_with(file->path, IMAGE_SCRIPTS) && names_vfio(file->text)) {
			strings_add(&stage->scripts, file->path);
		}
	}
}

/* initramfs-tools' images have its own scripts, which heed no rd.driver.pre=. */
static bool is_dracuts(const struct initramfs *contents)
{
	for (size_t i = 0; i < contents->count; i++)
		if (starts_with(contents->files[i].path, IMAGE_SCRIPTS))
			return false;
	return !initramfs_find(contents, "conf/modules");
}

int next_stage_of_image(struct host *host, const struct next_boot *boot, const char *path,
			const struct initramfs *image, struct boot_stage *ret, struct error *error)
{
	struct boot_stage stage = { 0 };
	int r = read_image_modprobe(host, boot, path, image, &stage.modprobe, error);

	for (size_t i = 0; i < image->modules.count; i++)
		strings_add(&stage.modules, image->modules.items[i]);
	read_image_files(image, &stage);
	if (is_dracuts(image))
		add_argued(&boot->arguments.words, "rd.driver.pre", &stage.early);
	if (r < 0)
		next_stage_free(&stage);
	else
		*ret = stage;
	return r;
}

void next_stage_free(struct boot_stage *stage)
{
	strings_free(&stage->modules);
	modprobe_free(&stage->modprobe);
	strings_free(&stage->early);
	strings_free(&stage->listed);
	udev_overrides_free(&stage->overrides);
	strings_free(&stage->scripts);
}
