/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a definition says of the width of the guest's physical addresses. */
#include "host/vm/address_space.h"

#include "base/alloc.h"
#include "host/process/answer.h"

#include <stdlib.h>
#include <string.h>

static enum cpu_mode mode_of(const char *name)
{
	static const char *const names[] = {
		[CPU_HOST_MODEL] = "host-model",
		[CPU_HOST_PASSTHROUGH] = "host-passthrough",
		[CPU_MAXIMUM] = "maximum",
	};

	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (names[i] && !strcmp(names[i], name))
			return (enum cpu_mode)i;
	return name ? CPU_CUSTOM : CPU_DEFAULT;
}

static enum address_width width_of(const char *name)
{
	if (name && !strcmp(name, "passthrough"))
		return WIDTH_PASSTHROUGH;
	return name && !strcmp(name, "emulate") ? WIDTH_EMULATE : WIDTH_DEFAULT;
}

bool address_space_read(const json_t *object, struct address_space *ret)
{
	if (!json_is_object(object))
		return false;
	ret->kvm = json_is_true(json_object_get(object, "kvm"));
	ret->own_cpu = json_is_true(json_object_get(object, "own_cpu"));
	ret->cpu = mode_of(answer_string(object, "cpu"));
	ret->model = xstrdup(answer_string(object, "model"));
	ret->gigabyte_pages = xstrdup(answer_string(object, "gigabyte_pages"));
	ret->width = width_of(answer_string(object, "width"));
	ret->bits = (unsigned)answer_number(object, "bits");
	ret->limit = (unsigned)answer_number(object, "limit");
	ret->host_limit = (unsigned)answer_number(object, "host_limit");
	ret->loader = xstrdup(answer_string(object, "loader"));
	ret->has_window = json_is_integer(json_object_get(object, "window"));
	ret->window_mib = answer_number(object, "window");
	ret->hole_kib = answer_number(object, "hole");
	return true;
}

void address_space_free(struct address_space *space)
{
	free(space->model);
	free(space->gigabyte_pages);
	free(space->loader);
	*space = (struct address_space){ 0 };
}
