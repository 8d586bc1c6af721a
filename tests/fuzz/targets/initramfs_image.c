/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An initramfs image, compressed or not; what gpucheck-initramfs answers of it, gpucheck takes. */
#include "base/alloc.h"
#include "host/boot/initramfs_answer.h"
#include "host/programs/initramfs/image.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the reader keeps at most, each byte written as \u0001. */
enum { MOST = 32 << 20 };

/* The program's own limit (host/programs/initramfs/main.c), as the address sanitizer takes it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "max_allocation_size_mb=512:allocator_may_return_null=1";
}

static int image_file(const uint8_t *data, size_t size)
{
	int descriptor = memfd_create("image", MFD_CLOEXEC);

	PROMISE(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
	return descriptor;
}

static void check_answer(const struct contents *contents)
{
	struct initramfs initramfs = { 0 };
	json_t *answer = contents_answer(contents);
	char *printed = json_dumps(answer, JSON_COMPACT);
	struct error error;

	PROMISE(printed && strlen(printed) <= MOST);
	PROMISE(initramfs_answer_read(answer, &initramfs, &error) == 0);
	PROMISE(initramfs.count == json_array_size(json_object_get(answer, "files")));
	for (size_t i = 0; i < initramfs.count; i++)
		PROMISE(initramfs_find(&initramfs, initramfs.files[i].path) == &initramfs.files[i]);
	free(printed);
	json_decref(answer);
	initramfs_free(&initramfs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int descriptor = image_file(data, size);
	struct contents contents = contents_new();
	struct error error = { 0 };
	int r = image_read(descriptor, &contents, &error);

	PROMISE(r == 0 || (r == error.code && *error.text));
	if (r == 0)
		check_answer(&contents);
	contents_free(&contents);
	return 0;
}
