/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that a definition gives a VM. */
#include "host/vm/vm_memory.h"

#include "base/alloc.h"
#include "host/process/answer.h"

#include <stdlib.h>

bool vm_memory_read(const json_t *object, struct vm_memory *ret)
{
	const json_t *pages = json_object_get(object, "pages");

	if (!json_is_array(pages))
		return false;
	ret->size_kib = answer_number(object, "size");
	ret->maximum_kib = answer_number(object, "maximum");
	ret->slots = (unsigned)answer_number(object, "slots");
	ret->limit_kib = answer_number(object, "hard_limit");
	ret->is_limited = json_is_integer(json_object_get(object, "hard_limit"));
	ret->is_locked = json_is_true(json_object_get(object, "locked"));
	ret->nodes = xstrdup(answer_string(object, "nodes"));
	ret->pages = xcalloc(json_array_size(pages), sizeof(*ret->pages));
	for (size_t i = 0; i < json_array_size(pages); i++) {
		const json_t *item = json_array_get(pages, i);

		ret->pages[ret->pages_count++] = (struct vm_pages){
			.page_kib = answer_number(item, "page"),
			.memory_kib = answer_number(item, "memory"),
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
