/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading one stage of the next boot. */
#include "host/boot/next_stage.h"

#include "base/alloc.h"
#include "host/modules/kernel_modules.h"
#include "host/state.h"

#include <errno.h>
#include <string.h>

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

/* NULL in *ret for what is not there, which what was listed is, or a link to /dev/null. */
static int read_file(struct host *host, const char *path, bool listed, char **ret,
		     struct error *error)
{
	_cleanup_free_ char *target = NULL;
	int r = root_read_text(host->root, path, LIMIT_TEXT, ret, error);

	if (r == 0)
		return 0;
	if (listed)
		r = root_listed(host->root, path, r, error);
	if (r != -ENOENT && root_read_link(host->root, path, &target, NULL) == 0 &&
	    ends_with(target, "/dev/null"))
		r = -ENOENT;
	if (r == -ENOENT)
		*ret = NULL;
	return r == -ENOENT ? 0 : r;
}

/* What the text of a file adds to a stage. */
typedef void take_text(const char *text, const char *path, struct boot_stage *stage);

static void take_modprobe(const char *text, const char *path, struct boot_stage *stage)
{
	modprobe_parse(text, path, &stage->modprobe);
}

static void take_list(const char *text, const char *path, struct boot_stage *stage)
{
	(void)path;
	add_listed(text, &stage->listed);
}

static void take_rules(const char *text, const char *path, struct boot_stage *stage)
{
	udev_rules_parse(text, path, &stage->overrides);
}

static void take_script(const char *text, const char *path, struct boot_stage *stage)
{
	if (strstr(text, "vfio") || strstr(text, "driver_override"))
		strings_add(&stage->scripts, path);
}

/* In the order in which they are read; of a folder, as udev does, by name. */
static const struct {
	const char *folder, *ending;
	take_text *take;
} folders[] = {
	/* modules-load.d(5), where a distribution or the owner lists modules. */
	{ "etc/modules-load.d", ".conf", take_list },
	{ "run/modules-load.d", ".conf", take_list },
	{ "usr/local/lib/modules-load.d", ".conf", take_list },
	{ "usr/lib/modules-load.d", ".conf", take_list },
	{ UDEV_RULES, ".rules", take_rules },
	{ DISK_SCRIPTS, "", take_script },
};

static int take_file(struct host *host, const char *path, bool listed, take_text *take,
		     struct boot_stage *stage, struct error *error)
{
	_cleanup_free_ char *text = NULL;
	int r = read_file(host, path, listed, &text, error);

	if (text)
		take(text, path, stage);
	return r;
}

static int take_folders(struct host *host, struct boot_stage *stage, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(folders); i++) {
		_cleanup_strings_ struct strings paths = { 0 };

		r = root_list_paths(host->root, folders[i].folder, folders[i].ending, &paths,
				    error);
		for (size_t k = 0; r == 0 && k < paths.count; k++)
			r = take_file(host, paths.items[k], true, folders[i].take, stage, error);
	}
	return r;
}

int next_stage_of_disk(struct host *host, const struct next_boot *boot, struct boot_stage *ret,
		       struct error *error)
{
	struct boot_stage stage = { .has_all = true };
	int r = modprobe_read(host, boot->line, boot->source, &stage.modprobe, error);

	if (r == 0)
		r = take_file(host, "etc/modules", false, take_list, &stage, error);
	if (r == 0)
		r = take_folders(host, &stage, error);
	add_argued(&boot->arguments.words, "modules_load", &stage.listed);
	if (r < 0)
		next_stage_free(&stage);
	else
		*ret = stage;
	return r;
}

static int read_image_modprobe(struct host *host, const struct next_boot *boot, const char *image,
			       const struct initramfs *contents, struct boot_stage *stage,
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

		/* The kernel's own softdeps come with its modules, into the image too. */
		if (!file)
			r = take_file(host, path, false, take_modprobe, stage, error);
		else if (file->text)
			take_modprobe(file->text, path, stage);
		else
			r = error_set(error, EINVAL, "/%s: /%s in it is no text that can be read",
				      image, path);
	}
	modprobe_parse_arguments(boot->line, boot->source, &stage->modprobe);
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
			take_list(file->text, file->path, stage);
		} else if (starts_with(file->path, UDEV_RULES "/")) {
			take_rules(file->text, file->path, stage);
		} else if (starts_with(file->path, IMAGE_SCRIPTS)) {
			take_script(file->text, file->path, stage);
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
	int r = read_image_modprobe(host, boot, path, image, &stage, error);

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
