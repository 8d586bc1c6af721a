/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/iomem: the framebuffers that firmware left. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/display/boot_framebuffer.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

static void check_all(const char *text, const struct boot_framebuffer *all, size_t count)
{
	PROMISE(count <= count_lines(text));
	for (size_t i = 0; i < count; i++) {
		PROMISE(all[i].start <= all[i].end);
		PROMISE(all[i].name && !strchr(all[i].name, '\n') && strstr(text, all[i].name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input), *more = NULL;
	struct boot_framebuffer *found = NULL, *again = NULL;
	size_t count = 0, count_again = 0;
	int r = boot_framebuffers_parse(text, &found, &count);

	PROMISE(r == 0 || ((r == -EINVAL || r == -EACCES) && !found));
	check_all(text, found, count);
	/* One more line is one more framebuffer. */
	more = xasprintf("%s%sc0000000-c07e8fff : BOOTFB\n", text,
			 *text && !ends_with(text, "\n") ? "\n" : "");
	PROMISE((boot_framebuffers_parse(more, &again, &count_again) == 0) ==
		(r == 0 || r == -EACCES || !*text));
	PROMISE(!again || count_again == count + 1 || r < 0);
	boot_framebuffers_free(found, count);
	boot_framebuffers_free(again, count_again);
	return 0;
}
