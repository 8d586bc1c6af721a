/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log of a VM's QEMU. */
#include "host/vm/qemu_log.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const char start[] = "2026-11-22 14:58:20.541+0000: starting up libvirt version: 9.0.0\n";

static void check_run(const char *text, const struct qemu_run *run)
{
	PROMISE(!run->started || strstr(text, run->started));
	PROMISE(!run->ended || (strstr(text, run->ended) && !strchr(run->ended, '\n')));
	PROMISE(run->lines.count <= count_lines(text));
	for (size_t i = 0; i < run->lines.count; i++)
		PROMISE(strstr(text, run->lines.items[i]) && !strchr(run->lines.items[i], '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input), *more = NULL;
	_cleanup_(qemu_run_free) struct qemu_run run, next;

	qemu_log_parse(text, &run);
	check_run(text, &run);
	/* What was said before a start is of another run. */
	more = xasprintf("%s%s%s", text, *text && !ends_with(text, "\n") ? "\n" : "", start);
	qemu_log_parse(more, &next);
	PROMISE(next.started && !next.ended && !next.lines.count);
	return 0;
}
