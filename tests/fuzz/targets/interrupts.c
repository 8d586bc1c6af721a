/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/interrupts: whether interrupts are remapped. */
#include "host/iommu/interrupts.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input), *more = NULL;
	bool remapped = false, again = false;
	int r = interrupts_have_remapping(text, &remapped);

	PROMISE(!remapped || strstr(text, "IR-"));
	/* A row without any chip changes nothing. */
	more = xasprintf("%s%sERR: 0\n", text, *text && !ends_with(text, "\n") ? "\n" : "");
	if (r == 0)
		PROMISE(interrupts_have_remapping(more, &again) == 0 && again == remapped);
	return 0;
}
