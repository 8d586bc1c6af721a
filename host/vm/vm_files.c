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

/* Names of the folder's NAME.xml files, without the ending; a missing folder has none. */
static int list_xml(struct root *root, const char *folder, struct strings *ret, struct error *error)
{
	_cleanup_strings_ struct strings paths = { 0 };
	int r = root_list_paths(root, folder, ".xml", &paths, error);

	for (size_t i = 0; i < paths.count; i++) {
		const char *file = paths.items[i] + strlen(folder) + 1;
		_cleanup_free_ char *name = xstrndup(file, strlen(file) - strlen(".xml"));

		strings_add_once(ret, name);
	}
	return r;
}

/* XML 1.0, 2.2: of the control characters three. */
static bool has_controls(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' && !strchr("\t\r\n", text[i]))
			return true;
	return memchr(text, '\0', length);
}

/* The file's text as JSON, null when there is none; a text that is no UTF-8 is no XML libvirt
 * wrote. */
static int read_xml(struct root *root, const char *folder, const char *name, size_t *total,
		    json_t **ret, struct error *error)
{
	_cleanup_free_ char *path = xasprintf("%s/%s.xml", folder, name);
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r = root_read(root, path, LIMIT_TEXT, &text, &length, error);

	*ret = NULL;
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	*total += length;
	if (*total > LIMIT_ALL)
		return error_set(error, EFBIG,
				 "/%s: with it the definitions are larger than %d MiB", path,
				 LIMIT_ALL >> 20);
	/* Written as JSON each would take six bytes. */
	if (has_controls(text, length))
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

static int add_file(struct root *root, const char *name, size_t *total, json_t *files,
		    struct error *error)
{
	_cleanup_free_ char *save = xasprintf("var/lib/libvirt/qemu/save/%s.save", name);
	json_t *saved = NULL, *live = NULL, *one;
	int has_save = root_exists(root, save, error);
	int r = has_save < 0 ? has_save : read_xml(root, SAVED, name, total, &saved, error);

	if (r == 0)
		r = read_xml(root, LIVE, name, total, &live, error);
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

int vm_files_request(struct root *root, json_t **ret, struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	int r = root_exists(root, "etc/libvirt", error);
	size_t total = 0;
	json_t *files;

	if (r <= 0)
		return r < 0 ? r : error_set_errno(error, ENOENT, "/etc/libvirt");
	r = list_xml(root, SAVED, &names, error);
	if (r == 0)
		r = list_xml(root, LIVE, &names, error);
	if (r < 0)
		return r;
	files = json_array();
	for (size_t i = 0; r == 0 && i < names.count; i++)
		r = add_file(root, names.items[i], &total, files, error);
	if (r < 0) {
		json_decref(files);
		return r;
	}
	*ret = json_pack("{s:o}", "files", files);
	return 0;
}
