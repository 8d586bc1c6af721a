/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of a plan, read to undo it. */
#include "base/alloc.h"
#include "plan/record_json.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input), *printed = NULL, *again = NULL;
	_cleanup_(record_free) struct record record = { 0 }, second = { 0 };
	struct error error;

	if (record_from_json(text, &record, &error) < 0) {
		PROMISE(error.code == -EINVAL && *error.text);
		return 0;
	}
	for (size_t i = 0; i < record.command_count; i++)
		PROMISE(record.commands[i].words.count && record.commands[i].seconds);
	printed = record_to_json(&record);
	PROMISE(printed && record_from_json(printed, &second, &error) == 0);
	again = record_to_json(&second);
	PROMISE(again && !strcmp(printed, again));
	return 0;
}
