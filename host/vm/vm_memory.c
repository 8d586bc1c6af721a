/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that a definition gives a VM. */
#include "host/vm/vm_memory.h"

#include "base/alloc.h"

#include <stdlib.h>

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number > 0 ? (uint64_t)number : 0;
}

bool vm_memory_read(const json_t *object, struct vm_memory *ret)
{
	const json_t *pages = json_object_get(object, "pages");
	const char *nodes = json_string_value(json_object_get(object, "nodes"));

	if (!json_is_array(pages))
		return false;
	ret->size_kib = number_of(object, "size");
	ret->maximum_kib = number_of(object, "maximum");
	ret->slots = (unsigned)number_of(object, "slots");
	ret->limit_kib = number_of(object, "hard_limit");
	ret->is_limited = json_is_integer(json_object_get(object, "hard_limit"));
	ret->is_locked = json_is_true(json_object_get(object, "locked"));
	ret->nodes = nodes ? xstrdup(nodes) : NULL;
	ret->pages = xcalloc(json_array_size(pages), sizeof(*ret->pages));
	for (size_t i = 0; i < json_array_size(pages); i++) {
		const json_t *item = json_array_get(pages, i);

		ret->pages[ret->pages_count++] = (struct vm_pages){
			.page_kib = number_of(item, "page"),
			.memory_kib = number_of(item, "memory"),
		};
	}
	return true;
}

void vm_memory_free(struct vm_memory *memory)
{
	free(memory->pages);
	free(memory->nodes);
	*memory = (struct vm_memory){ 0 };
}
