/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from a stranger, parsed in memory that is bounded. */
#include "base/json_budget.h"

#include "base/alloc.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	/* Measured: 4 to 5 times its length for a report of ours, 7 without indentation. */
	TIMES = 9,
	AT_LEAST = 1 << 12,
};

/* jansson's allocator gets no pointer of ours, so what is left of the budget stands here. */
static size_t left;
static bool spent;

static void *take(size_t size)
{
	void *memory = size <= left ? malloc(size) : NULL;
	size_t cost = memory ? malloc_usable_size(memory) : 0;

	spent |= size > left;
	left -= cost < left ? cost : left;
	return memory;
}

static void give_back(void *memory)
{
	left += memory ? malloc_usable_size(memory) : 0;
	free(memory);
}

static void *must_take(size_t size)
{
	return xcalloc(1, size);
}

void json_must_allocate(void)
{
	json_set_alloc_funcs(must_take, free);
}

int json_parse_within(const char *text, size_t length, size_t budget, json_t **ret,
		      struct error *error)
{
	json_malloc_t allocate;
	json_free_t release;
	json_error_t why;
	json_t *value;

	left = budget;
	spent = false;
	json_get_alloc_funcs(&allocate, &release);
	json_set_alloc_funcs(take, give_back);
	value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
	json_set_alloc_funcs(allocate, release);
	if (value) {
		*ret = value;
		return 0;
	}
	if (spent)
		return error_set(error, EINVAL, "holds too many values in too little text");
	return error_set(error, EINVAL, "is no JSON: %s (line %d)", why.text, why.line);
}

int json_parse_bounded(const char *text, size_t length, json_t **ret, struct error *error)
{
	return json_parse_within(text, length, TIMES * length + AT_LEAST, ret, error);
}
