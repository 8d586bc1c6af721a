/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON from a stranger, parsed in memory that is bounded. */
#include "report/json_budget.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

enum {
	/* A report of ours takes 2 to 3 times its length, without indentation 4 times. */
	TIMES = 8,
	AT_LEAST = 1 << 16,
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

int json_parse_bounded(const char *text, size_t length, json_t **ret, struct error *error)
{
	json_error_t why;
	json_t *value;

	left = TIMES * length + AT_LEAST;
	spent = false;
	json_set_alloc_funcs(take, give_back);
	value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
	json_set_alloc_funcs(malloc, free);
	if (value) {
		*ret = value;
		return 0;
	}
	if (spent)
		return error_set(error, EINVAL, "is no report: too many values in too little text");
	return error_set(error, EINVAL, "is no JSON: %s (line %d)", why.text, why.line);
}
