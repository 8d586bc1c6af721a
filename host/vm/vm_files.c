/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recorded host's VMs: libvirt's own files below the root. */
#include "host/vm/vm_files.h"

#include "base/alloc.h"
#include "host/state.h"

#include <errno.h>
#include <string.h>

#define SAVED "etc/libvirt/qemu"
#define LIVE  "run/libvirt/qemu"

/* Of a thousand VMs' files together; they are a stranger's. */
enum { LIMIT_ALL = 12 << 20 };

/* libvirt's folders: the VMs of each, and how much of their files was read. */
struct folders {
	struct strings saved, live;
	size_t total;
};

static void folders_free(struct folders *folders)
{
	strings_free(&folders->saved);
	strings_free(&folders->live);
}

#define _cleanup_folders_ _cleanup_(folders_free)

/* Names of the folder's NAME.xml files, without the ending; a missing folder has none. */
static int list_xml(struct root *root, const char *folder, struct strings *ret, struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	int r = root_list_paths(root, folder, ".xml", &paths, error);

	for (size_t i = 0; i < paths.count; i++) {
		const char *file = paths.items[i] + strlen(folder) + 1;

		strings_take(ret, xstrndup(file, strlen(file) - strlen(".xml")));
	}
	return r;
}

/* XML 1.0, 2.2: of the control characters three. */
static bool has_controls(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' && !strchr("\t\r\n", *text))
			return true;
	return false;
}

/*
 * The file's text as JSON, null for a VM that the folder does not list; a text that is no UTF-8 is
 * no XML libvirt wrote.
 */
static int read_xml(struct root *root, const char *folder, const struct strings *names,
		    const char *name, size_t *total, json_t **ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("%s/%s.xml", folder, name);
	_cleanup_free_ char *text = NULL;
	int r;

	*ret = NULL;
	if (!strings_have(names, name))
		return 0;
	r = root_read_listed(root, path, LIMIT_DEFINITION, &text, error);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	*total += strlen(text);
	if (*total > LIMIT_ALL)
		return error_set(error, EFBIG,
				 "/%s: with it the definitions are larger than %d MiB", path,
				 LIMIT_ALL >> 20);
	/* Written as JSON each would take six bytes. */
	if (has_controls(text))
		return error_set(error, EINVAL, "/%s: holds control characters, it is no XML",
				 path);
	*ret = json_string(text);
	return *ret ? 0 : error_set(error, EINVAL, "/%s: not UTF-8", path);
}

/* <domstatus state='running'>: how libvirt marks the state of a VM that has a process. */
static const char *state_of(const json_t *live)
{
	const char *text = json_string_value(live);
	const char *status = text ? strstr(text, "<domstatus") : NULL;
	const char *state = status ? strstr(status, "state='") : NULL;
	const char *end = status ? strchr(status, '>') : NULL;

	if (!text)
		return "off";
	if (!state || !end || state > end || starts_with(state, "state='running'"))
		return "running";
	if (starts_with(state, "state='crashed'"))
		return "crashed";
	return starts_with(state, "state='pmsuspended'") ? "suspended" : "paused";
}

static int add_file(struct root *root, struct folders *folders, const char *name, json_t *files,
		    struct error *error)
{
	_cleanup_free_ char *save = xasprintf("var/lib/libvirt/qemu/save/%s.save", name);
	json_t *saved = NULL, *live = NULL, *one;
	int has_save = root_exists(root, save, error);
	int r = has_save < 0 ? has_save
			     : read_xml(root, SAVED, &folders->saved, name, &folders->total, &saved,
					error);

	if (r == 0)
		r = read_xml(root, LIVE, &folders->live, name, &folders->total, &live, error);
	if (r < 0) {
		json_decref(saved);
		return r;
	}
	one = json_pack("{s:s, s:s, s:b}", "name", name, "state", state_of(live), "managed_save",
			has_save);
	if (!one) {
		json_decref(saved);
		json_decref(live);
		return error_set(error, EINVAL, "/" SAVED ": a file's name is not UTF-8");
	}
	if (saved)
		json_object_set_new(one, "saved", saved);
	if (live)
		json_object_set_new(one, "live", live);
	json_array_append_new(files, one);
	return 0;
}

static int add_files(struct root *root, struct folders *folders, json_t *files, struct error *error)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < folders->saved.count; i++)
		r = add_file(root, folders, folders->saved.items[i], files, error);
	for (size_t i = 0; r == 0 && i < folders->live.count; i++)
		if (!strings_have(&folders->saved, folders->live.items[i]))
			r = add_file(root, folders, folders->live.items[i], files, error);
	return r;
}

int vm_files_request(struct root *root, json_t **ret, struct error *error)
{
	_cleanup_folders_ struct folders folders = { 0 };
	int r = root_exists(root, "etc/libvirt", error);
	json_t *files;

	if (r <= 0)
		return r < 0 ? r : error_set_errno(error, ENOENT, "/etc/libvirt");
	r = list_xml(root, SAVED, &folders.saved, error);
	if (r == 0)
		r = list_xml(root, LIVE, &folders.live, error);
	if (r < 0)
		return r;
	files = json_array();
	r = add_files(root, &folders, files, error);
	if (r < 0) {
		json_decref(files);
		return r;
	}
	*ret = json_pack("{s:o}", "files", files);
	return 0;
}
