/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The default entry of a grub.cfg; behind a NUL its environment block. */
#include "host/boot/grub_cfg.h"
#include "base/alloc.h"
#include "host/boot/grub_script.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* What variables may make, and quotes around each of its bytes. */
enum { LIMIT = 3 * GRUB_WORK };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	bool has_environment;
	_cleanup_free_ char *cfg = input_text(&input), *environment = NULL;
	struct boot_entry entry = { 0 }, again = { 0 };
	struct error error = { 0 };
	int r;

	has_environment = input.left;
	environment = input_text(&input);
	r = grub_default_entry(cfg, has_environment ? environment : NULL, &entry, &error);
	if (r < 0) {
		PROMISE(error.code == r && *error.text && !entry.title);
		return 0;
	}
	PROMISE(entry.title && entry.kernel && entry.arguments);
	PROMISE(strlen(entry.arguments) <= LIMIT && strlen(entry.title) <= LIMIT);
	PROMISE(grub_default_entry(cfg, has_environment ? environment : NULL, &again, NULL) == 0);
	PROMISE(!strcmp(entry.title, again.title) && !strcmp(entry.arguments, again.arguments));
	boot_entry_free(&entry);
	boot_entry_free(&again);
	return 0;
}
