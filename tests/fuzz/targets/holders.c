/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of who holds a card; in front of a NUL the card. */
#include "host/card/holders.h"
#include "base/alloc.h"
#include "base/strings.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *gpu = input_text(&input), *text = input_text(&input);
	struct holder *holders = NULL;
	size_t count = 0;
	int r = recorded_holders_parse(text, gpu, &holders, &count);

	PROMISE(r == 0 || ((r == -EINVAL || r == -ENOENT) && !holders));
	PROMISE(count <= strlen(text));
	for (size_t i = 0; i < count; i++) {
		_cleanup_free_ char *described = holder_describe(&holders[i]);

		PROMISE(holders[i].pid > 0 && *holders[i].name);
		PROMISE(starts_with(holders[i].node, "dev/"));
		PROMISE(holders[i].unit ? *holders[i].unit : !holders[i].service);
		PROMISE(strstr(described, holders[i].name));
	}
	holders_free(holders, count);
	return 0;
}
