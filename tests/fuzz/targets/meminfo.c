/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proc/meminfo. */
#include "base/alloc.h"
#include "host/memory.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);
	struct host_memory memory = { 0 };
	int r = host_memory_parse(text, &memory);

	PROMISE(r == 0 || r == -EINVAL);
	/* All are multiplied by 1024. */
	PROMISE(memory.total <= UINT64_MAX / 1024 && memory.available <= UINT64_MAX / 1024);
	PROMISE(memory.hugetlb <= UINT64_MAX / 1024 && memory.huge_page <= UINT64_MAX / 1024);
	PROMISE(r < 0 || (strstr(text, "MemTotal:") && strstr(text, "MemAvailable:")));
	return 0;
}
