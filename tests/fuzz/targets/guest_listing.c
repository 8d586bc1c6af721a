/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest answers to our command; what is made of it, gpucheck takes. */
#include "base/alloc.h"
#include "host/programs/guest/listing.h"
#include "host/vm/guest_answer.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

/* As gpucheck-guest answers it. */
static void check_answer(json_t *listing, size_t lines)
{
	struct guest guest = { 0 };

	json_object_set_new(listing, "state", json_string("answered"));
	guest_answer_read(listing, &guest);
	PROMISE(guest.state == GUEST_ANSWERED && guest.system);
	PROMISE(guest.count == json_array_size(json_object_get(listing, "functions")));
	PROMISE(guest.count <= lines);
	for (size_t i = 0; i < guest.count; i++)
		PROMISE(guest.functions[i].class <= 0xffffff && guest.functions[i].bar_count <= 6);
	PROMISE(guest.nvidia.status >= 0 && guest.nvidia.status <= 999);
	guest_answer_free(&guest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct error error;
	json_t *listing = NULL;
	_cleanup_free_ char *text = NULL;
	char *printed;
	size_t length;
	int r;

	text = input_rest(&input, &length);
	r = listing_parse(text, length, &listing, &error);
	PROMISE(r == 0 || r == -EINVAL || r == -ENODATA);
	printed = json_dumps(listing, JSON_COMPACT);
	PROMISE(printed);
	/* Nothing that a terminal would take for more than letters. */
	for (const char *at = printed; *at; at++)
		PROMISE(*at >= ' ' && *at <= '~');
	PROMISE(strlen(printed) <= 16 * length + 200);
	free(printed);
	if (r == 0)
		check_answer(listing, count_lines(text));
	json_decref(listing);
	return 0;
}
