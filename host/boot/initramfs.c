/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an initramfs image of the host holds, by way of gpucheck-initramfs. */
#include "host/boot/initramfs.h"

#include "base/alloc.h"
#include "base/json_budget.h"
#include "host/boot/initramfs_answer.h"
#include "host/boot/initramfs_cache.h"
#include "host/process/program_call.h"
#include "host/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	ANSWER_SECONDS = 60,     /* xz and bzip2 unpack some ten megabytes in a second */
	ANSWER_LIMIT = 12 << 20, /* what it may keep (2 MiB), each byte written as \u0001 */
};

/* The answer of gpucheck-initramfs; the caller lets go of it. */
static int ask(struct host *host, const char *path, json_t **ret, struct error *error)
{
	_cleanup_free_ char *what = xasprintf("looking into /%s", path);
	struct program_call call = {
		.name = "gpucheck-initramfs",
		.request = json_pack("{s:s?, s:s}", "root", root_directory(host->root), "path",
				     path),
		.seconds = ANSWER_SECONDS,
		.limit = ANSWER_LIMIT,
		.memory = JSON_MEMORY,
	};

	if (!call.request)
		return error_set(error, EINVAL, "/%s: not UTF-8", path);
	program_call_all(&call, 1, host->teller, what);
	json_decref(call.request);
	if (!call.answer)
		return error_set(error, call.error.code, "/%s: %s", path, call.error.text);
	*ret = call.answer;
	return 0;
}

static int read_kept(struct host *host, const char *identity, struct initramfs *ret)
{
	json_t *answer = initramfs_cache_find(host, identity);
	int r = answer ? initramfs_answer_read(answer, ret, NULL) : -ENOENT;

	json_decref(answer);
	return r;
}

int initramfs_read(struct host *host, const char *path, struct initramfs *ret, struct error *error)
{
	_cleanup_free_ char *before = initramfs_identity(host, path), *after = NULL;
	json_t *answer;
	int r;

	if (before && read_kept(host, before, ret) == 0)
		return 0;
	r = ask(host, path, &answer, error);
	if (r < 0)
		return r;
	r = initramfs_answer_read(answer, ret, error);
	/* What was built anew while it was looked into is not what was looked into. */
	after = r == 0 && before ? initramfs_identity(host, path) : NULL;
	if (after && !strcmp(before, after))
		initramfs_cache_keep(host, before, answer);
	json_decref(answer);
	return r;
}

int initramfs_read_recorded(struct host *host, const char *path, struct initramfs *ret,
			    struct error *error)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *file = xasprintf("gpucheck/initramfs/%s.json",
					      slash ? slash + 1 : path);
	_cleanup_free_ char *text = NULL;
	json_t *answer;
	size_t length;
	int r = root_read(host->root, file, LIMIT_ANSWER, &text, &length, error);

	if (r < 0)
		return r;
	r = json_parse_within(text, length, JSON_MEMORY, &answer, error);
	if (r < 0)
		return error_wrap(error, "/%s", file);
	r = initramfs_answer_read(answer, ret, error);
	json_decref(answer);
	/* It is the image that was missing, and not the record of it. */
	return r == -ENOENT ? error_set(error, ENXIO, "%s", error->text) : r;
}

void initramfs_free(struct initramfs *initramfs)
{
	if (!initramfs)
		return;
	strings_free(&initramfs->modules);
	strings_free(&initramfs->releases);
	for (size_t i = 0; i < initramfs->count; i++) {
		free(initramfs->files[i].path);
		free(initramfs->files[i].text);
	}
	free(initramfs->files);
	*initramfs = (struct initramfs){ 0 };
}

const struct initramfs_file *initramfs_find(const struct initramfs *initramfs, const char *path)
{
	for (size_t i = 0; i < initramfs->count; i++)
		if (!strcmp(initramfs->files[i].path, path))
			return &initramfs->files[i];
	return NULL;
}
