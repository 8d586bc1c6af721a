/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gpucheck-initramfs answers; a record of it may be older than this program, or edited. */
#include "host/boot/initramfs_answer.h"

#include "base/alloc.h"
#include "host/process/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *kind;
	int code;
} codes[] = {
	{ "missing", ENOENT },
	{ "permission", EACCES },
	{ "format", EINVAL },
	{ "size", EFBIG },
};

static int code_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (!strcmp(kind, codes[i].kind))
			return codes[i].code;
	return EIO;
}

static bool read_names(const json_t *list, struct strings *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));

		if (!name)
			return false;
		strings_add(ret, name);
	}
	strings_sort(ret);
	return json_is_array(list);
}

static bool read_files(const json_t *list, struct initramfs *initramfs)
{
	initramfs->files = xcalloc(json_array_size(list), sizeof(*initramfs->files));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *path = answer_string(item, "path"), *text = answer_string(item, "text");

		if (!path)
			return false;
		initramfs->files[i].path = xstrdup(path);
		initramfs->files[i].text = xstrdup(text);
		initramfs->count = i + 1;
	}
	return json_is_array(list);
}

static int read_answer(const json_t *answer, struct initramfs *initramfs, struct error *error)
{
	const json_t *trouble = json_object_get(answer, "error");
	const char *text = answer_string(trouble, "text"), *kind = answer_string(trouble, "kind");

	if (text && kind)
		return error_set(error, code_of(kind), "%s", text);
	if (!read_names(json_object_get(answer, "modules"), &initramfs->modules) ||
	    !read_names(json_object_get(answer, "releases"), &initramfs->releases) ||
	    !read_files(json_object_get(answer, "files"), initramfs))
		return error_set(error, EPROTO, "gpucheck-initramfs: not the answer it should be");
	return 0;
}

int initramfs_answer_read(const json_t *answer, struct initramfs *ret, struct error *error)
{
	struct initramfs initramfs = { 0 };
	int r = read_answer(answer, &initramfs, error);

	if (r < 0)
		initramfs_free(&initramfs);
	else
		*ret = initramfs;
	return r;
}

static json_t *list_of(const struct strings *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->items[i]));
	return list;
}

static char *take_text(json_t *answer)
{
	char *text = json_dumps(answer, JSON_INDENT(1));

	json_decref(answer);
	return text;
}

char *initramfs_answer(const struct initramfs *initramfs)
{
	json_t *files = json_array();

	for (size_t i = 0; i < initramfs->count; i++)
		json_array_append_new(files,
				      json_pack("{s:s, s:s?}", "path", initramfs->files[i].path,
						"text", initramfs->files[i].text));
	return take_text(json_pack("{s:o, s:o, s:o}", "modules", list_of(&initramfs->modules),
				   "releases", list_of(&initramfs->releases), "files", files));
}

char *initramfs_answer_failed(const struct error *why)
{
	const char *kind = "failed";

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i].code == -why->code)
			kind = codes[i].kind;
	return take_text(json_pack("{s:{s:s, s:s}}", "error", "kind", kind, "text", why->text));
}
