/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpucheck-initramfs: looks into an initramfs image for gpucheck. A program of its own, so that
 * gpucheck loads libarchive only when an image is asked for, and can end the reading of one that
 * takes too long.
 *
 * It reads one JSON request from standard input and writes one JSON answer to standard output:
 *
 *   {"root": DIRECTORY or null, "path": "boot/initrd.img-6.1.0"}
 *
 *   what contents_answer describes
 *   {"error": {"kind": "missing", "permission", "format", "size", "read" or "request", "text"}}
 */
#include "base/alloc.h"
#include "base/json_budget.h"
#include "base/memory_limit.h"
#include "host/files/root.h"
#include "host/programs/initramfs/image.h"
#include "host/programs/serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The tools' own settings need at most the 128 MiB of "zstd --ultra -22", and the 64 MiB of "xz
 * -9". Their defaults need 8 MiB, which is what an image below a directory, a stranger's, gets.
 */
#define MEMORY           ((size_t)512 << 20)
#define MEMORY_OF_RECORD ((size_t)48 << 20)

static json_t *answer_error(const char *kind, const char *text)
{
	return json_pack("{s:{s:s, s:s}}", "error", "kind", kind, "text", text);
}

static const char *kind_of(int code)
{
	static const struct {
		int code;
		const char *kind;
	} kinds[] = {
		{ -ENOENT, "missing" }, { -EACCES, "permission" }, { -EPERM, "permission" },
		{ -EINVAL, "format" },  { -EFBIG, "size" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].code == code)
			return kinds[i].kind;
	return "read";
}

static int read_image(const char *directory, const char *path, json_t **ret, struct error *error)
{
	_cleanup_close_ int descriptor = -1;
	struct contents contents;
	struct root *root;
	int r = root_open(directory, &root, error);

	if (r < 0)
		return r;
	descriptor = root_open_regular(root, path, error);
	root_close(root);
	if (descriptor < 0)
		return descriptor;
	contents = contents_new();
	r = image_read(descriptor, &contents, error);
	if (r < 0)
		error_wrap(error, "/%s", path);
	else
		*ret = contents_answer(&contents);
	contents_free(&contents);
	return r;
}

static json_t *answer(json_t *request, const char *why_not)
{
	const char *directory = json_string_value(json_object_get(request, "root"));
	const char *path = json_string_value(json_object_get(request, "path"));
	json_t *found = NULL, *trouble;
	struct error error;
	int r;

	if (!path)
		return answer_error("request", request ? "no path" : why_not);
	if (directory)
		limit_memory(MEMORY_OF_RECORD, "an image below a directory may take 48 MiB");
	r = read_image(directory, path, &found, &error);
	if (r == 0)
		return found;
	trouble = answer_error(kind_of(r), error.text);
	/* A long path may have been cut within a character. */
	return trouble ? trouble : answer_error(kind_of(r), strerror(-r));
}

int main(void)
{
	limit_memory(MEMORY, "the image needs more than any tool's setting");
	return serve_request(answer);
}
