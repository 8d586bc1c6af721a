/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of an image matters: its kernel modules, and the files that say what they do. */
#include "host/programs/initramfs/contents.h"

#include "base/alloc.h"
#include "base/strings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	ROOM = 2 << 20, /* all of a large image's come to less than a fifth */
	OBJECT = 64,    /* what a name costs besides its own bytes */
};

/* Folders, and a file, of initramfs-tools, dracut, kmod and udev. */
static const char *const kept[] = {
	"conf/modules",       "etc/cmdline.d",
	"etc/modprobe.d",     "etc/modules-load.d",
	"etc/udev/rules.d",   "lib/modprobe.d",
	"run/modprobe.d",     "scripts/init-top",
	"usr/lib/modprobe.d", "usr/local/lib/modprobe.d",
};

static const char *const module_folders[] = { "lib/modules/", "usr/lib/modules/" };

static const char *const module_endings[] = { ".ko", ".ko.gz", ".ko.xz", ".ko.zst" };

/* dracut's modules squash-squashfs and squash-erofs; the second name is that before dracut 104. */
static const char *const nested[] = { "squashfs-root.img", "squash-root.img", "erofs-root.img" };

struct contents contents_new(void)
{
	return (struct contents){
		.modules = json_object(),
		.releases = json_object(),
		.files = json_object(),
		.links = json_object(),
		.room = ROOM,
	};
}

void contents_free(struct contents *contents)
{
	json_decref(contents->modules);
	json_decref(contents->releases);
	json_decref(contents->files);
	json_decref(contents->links);
	json_decref(contents->open);
}

static int take_room(struct contents *contents, size_t length, struct error *error)
{
	if (length + OBJECT > contents->room)
		return error_set(error, EFBIG, "more names and files than an initramfs has");
	contents->room -= length + OBJECT;
	return 0;
}

/* A name that is no UTF-8 is left out: nothing that is asked for has one. */
static int add_name(struct contents *contents, json_t *set, const char *name, struct error *error)
{
	int r;

	if (json_object_get(set, name))
		return 0;
	r = take_room(contents, strlen(name), error);
	if (r == 0)
		json_object_set_new(set, name, json_true());
	return r;
}

/* Without "/" and "./" in front. NULL for a path with a part that is empty, "." or "..". */
static const char *straight_path(const char *name)
{
	const char *path = name;

	while (path[0] == '/' || (path[0] == '.' && path[1] == '/'))
		path++;
	for (const char *part = path;; part++) {
		size_t length = strcspn(part, "/");

		if (length <= 2 && !strncmp(part, "..", length))
			return NULL;
		part += length;
		if (!*part)
			return path;
	}
}

static bool is_kept(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		size_t length = strlen(kept[i]);

		if (!strncmp(path, kept[i], length) && (!path[length] || path[length] == '/'))
			return true;
	}
	return false;
}

/* "vfio-pci.ko.zst" becomes vfio_pci, as lsmod(8) and the kernel write it; NULL for no module. */
static char *module_name(const char *path)
{
	const char *file = strrchr(path, '/') + 1;

	for (size_t i = 0; i < ARRAY_SIZE(module_endings); i++) {
		char *name;

		if (!ends_with(file, module_endings[i]))
			continue;
		name = xstrndup(file, strlen(file) - strlen(module_endings[i]));
		for (char *at = name; *at; at++)
			*at = *at == '-' ? '_' : *at;
		return name;
	}
	return NULL;
}

/* A path below lib/modules: its kernel release, and the module when it is one. */
static int add_module(struct contents *contents, const struct cpio_entry *entry, const char *path,
		      struct error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(module_folders); i++) {
		_cleanup_free_ char *release = NULL, *name = NULL;
		const char *below = path + strlen(module_folders[i]);
		int r;

		if (!starts_with(path, module_folders[i]) || !strchr(below, '/'))
			continue;
		release = xstrndup(below, strcspn(below, "/"));
		r = add_name(contents, contents->releases, release, error);
		name = S_ISREG(entry->mode) ? module_name(below) : NULL;
		return r == 0 && name ? add_name(contents, contents->modules, name, error) : r;
	}
	return 0;
}

static int refuse_nested(const char *path, struct error *error)
{
	for (size_t i = 0; i < ARRAY_SIZE(nested); i++)
		if (!strcmp(path, nested[i]))
			return error_set(error, EINVAL,
					 "its files lie in %s, a file system of its own, which is "
					 "not read",
					 path);
	return 0;
}

/*
 * The object for a file's text. Names of one file share it: in an archive only one of them has the
 * data, with GNU cpio the last. NULL for a file that does not matter under any name yet.
 */
static json_t *text_object(struct contents *contents, const struct cpio_entry *entry, bool wanted)
{
	_cleanup_free_ char *inode = NULL;
	json_t *object;

	if (entry->links < 2)
		return wanted ? json_object() : NULL;
	inode = xasprintf("%x:%x:%x", entry->major, entry->minor, entry->inode);
	object = json_object_get(contents->links, inode);
	if (object || !wanted)
		return json_incref(object);
	object = json_object();
	json_object_set(contents->links, inode, object);
	return object;
}

static int add_file(struct contents *contents, const struct cpio_entry *entry, const char *path,
		    struct error *error)
{
	bool wanted = path && is_kept(path);
	int r = wanted ? take_room(contents, strlen(path), error) : 0;

	json_decref(contents->open);
	contents->open = NULL;
	if (r < 0)
		return r;

	if (!S_ISREG(entry->mode)) {
		if (wanted)
			json_object_del(contents->files, path);
		return 0;
	}
	contents->open = text_object(contents, entry, wanted);
	if (wanted)
		json_object_set(contents->files, path, contents->open);
	return contents->open && (entry->size || entry->links < 2) && entry->size <= CONTENTS_TEXT;
}

int contents_add(struct contents *contents, const struct cpio_entry *entry, struct error *error)
{
	const char *path = straight_path(entry->name);
	int r = path ? refuse_nested(path, error) : 0;

	if (path && !strcmp(path, "init"))
		contents->has_init = true;
	if (r == 0 && path)
		r = add_module(contents, entry, path, error);
	return r < 0 ? r : add_file(contents, entry, path, error);
}

int contents_add_data(struct contents *contents, const char *data, size_t length,
		      struct error *error)
{
	json_t *text = memchr(data, '\0', length) ? NULL : json_stringn(data, length);
	int r = text ? take_room(contents, length, error) : 0;

	if (r == 0)
		json_object_set(contents->open, "text", text);
	json_decref(text);
	return r;
}

void contents_end_archive(struct contents *contents)
{
	json_object_clear(contents->links);
}

static json_t *names_of(json_t *set)
{
	json_t *list = json_array(), *value;
	const char *name;

	json_object_foreach(set, name, value) json_array_append_new(list, json_string(name));
	return list;
}

json_t *contents_answer(const struct contents *contents)
{
	json_t *files = json_array(), *object;
	const char *path;

	json_object_foreach(contents->files, path, object)
		json_array_append_new(files, json_pack("{s:s, s:O?}", "path", path, "text",
						       json_object_get(object, "text")));
	return json_pack("{s:o, s:o, s:o}", "modules", names_of(contents->modules), "releases",
			 names_of(contents->releases), "files", files);
}
