/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own fragment for grub-mkconfig, read back: whoever edited it, what is written anew is sound.
 */
#include "fixers/grub_drop_in.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input), *written = NULL;
	_cleanup_strings_ struct strings words = { 0 }, again = { 0 };

	grub_drop_in_read(text, &words);
	for (size_t i = 0; i < words.count; i++)
		PROMISE(*words.items[i] && !strpbrk(words.items[i], " \t\n'\"\\$`"));
	written = grub_drop_in_write(&words);
	grub_drop_in_read(written, &again);
	PROMISE(again.count == words.count);
	for (size_t i = 0; i < words.count; i++)
		PROMISE(!strcmp(again.items[i], words.items[i]));
	return 0;
}
