/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a definition says of the width of the guest's physical addresses. */
#include "host/vm/address_space.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number > 0 ? (uint64_t)number : 0;
}

static char *copy_of(const json_t *object, const char *key)
{
	const char *text = text_of(object, key);

	return text ? xstrdup(text) : NULL;
}

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
	ret->cpu = mode_of(text_of(object, "cpu"));
	ret->model = copy_of(object, "model");
	ret->gigabyte_pages = copy_of(object, "gigabyte_pages");
	ret->width = width_of(text_of(object, "width"));
	ret->bits = (unsigned)number_of(object, "bits");
	ret->limit = (unsigned)number_of(object, "limit");
	ret->host_limit = (unsigned)number_of(object, "host_limit");
	ret->loader = copy_of(object, "loader");
	ret->has_window = json_is_integer(json_object_get(object, "window"));
	ret->window_mib = number_of(object, "window");
	ret->hole_kib = number_of(object, "hole");
	return true;
}

void address_space_free(struct address_space *space)
{
	free(space->model);
	free(space->gigabyte_pages);
	free(space->loader);
	*space = (struct address_space){ 0 };
}
