/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of an initramfs: JSON that gpucheck-initramfs wrote, or somebody else. */
#include "host/boot/initramfs_answer.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void promise_sorted(const struct strings *names)
{
	for (size_t i = 1; i < names->count; i++)
		PROMISE(strcmp(names->items[i - 1], names->items[i]) <= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *answer = json_loadb((const char *)data, size, 0, NULL);
	struct initramfs initramfs = { 0 };
	struct error error = { 0 };
	int r = initramfs_answer_read(answer, &initramfs, &error);

	PROMISE(r == 0 || (error.code == r && !initramfs.files));
	promise_sorted(&initramfs.modules);
	promise_sorted(&initramfs.releases);
	for (size_t i = 0; i < initramfs.count; i++)
		PROMISE(initramfs_find(&initramfs, initramfs.files[i].path));
	initramfs_free(&initramfs);
	json_decref(answer);
	return 0;
}
