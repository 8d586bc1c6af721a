/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What could not be read when a host was recorded. */
#include "host/files/unreadable.h"

#include "base/alloc.h"
#include "base/json_budget.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* By name, for numbers differ between architectures. */
static const struct {
	const char *name;
	int code;
} codes[] = {
	{ "EACCES", EACCES },       { "EPERM", EPERM },
	{ "EINVAL", EINVAL },       { "EFBIG", EFBIG },
	{ "ELOOP", ELOOP },         { "EISDIR", EISDIR },
	{ "ENOTDIR", ENOTDIR },     { "EIO", EIO },
	{ "ETIMEDOUT", ETIMEDOUT }, { "ECONNREFUSED", ECONNREFUSED },
};

static int code_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (!strcmp(codes[i].name, name))
			return codes[i].code;
	return EIO;
}

static const char *name_of(int code)
{
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i].code == -code)
			return codes[i].name;
	return "EIO";
}

void unreadables_add(struct unreadables *list, const char *path, const struct error *why,
		     bool there)
{
	list->sorted = false;
	list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = (struct unreadable){
		.path = xstrdup(path),
		.code = why->code,
		.text = xstrdup(why->text),
		.there = there,
	};
}

static int by_path(const void *left, const void *right)
{
	return strcmp(((const struct unreadable *)left)->path,
		      ((const struct unreadable *)right)->path);
}

/* One of a list that was read, which may be long and is asked about every file. */
static int by_name(const void *path, const void *item)
{
	return strcmp(path, ((const struct unreadable *)item)->path);
}

int unreadables_parse(const char *text, struct unreadables *ret, struct error *error)
{
	json_t *object = NULL, *paths = NULL, *item;
	struct unreadables list = { 0 };
	const char *path;
	int whole = 0;
	bool good;

	if (json_parse_within(text, strlen(text), JSON_MEMORY, &object, error) < 0)
		return error_wrap(error, "/" RECORD_OF_RECORD);
	good = json_unpack(object, "{s:b, s:o}", "whole", &whole, "unreadable", &paths) == 0 &&
	       json_is_object(paths);
	list.whole = whole;
	json_object_foreach(paths, path, item)
	{
		struct error why = { 0 };
		const char *name, *what;
		int there = 0;

		good = good && json_unpack(item, "{s:s, s:s, s:b}", "error", &name, "text", &what,
					   "there", &there) == 0;
		if (!good)
			break;
		error_set(&why, code_of(name), "%s", what);
		unreadables_add(&list, path, &why, there);
	}
	json_decref(object);
	if (!good) {
		unreadables_free(&list);
		return error_set(error, EINVAL,
				 "/" RECORD_OF_RECORD ": not what a record tells of itself");
	}
	if (list.count)
		qsort(list.items, list.count, sizeof(*list.items), by_path);
	list.sorted = true;
	*ret = list;
	return 0;
}

char *unreadables_text(const struct unreadables *list)
{
	json_t *object = json_object(), *record;
	char *text;

	for (size_t i = 0; i < list->count; i++) {
		const struct unreadable *one = &list->items[i];

		json_object_set_new(object, one->path,
				    json_pack("{s:s, s:s, s:b}", "error", name_of(one->code),
					      "text", one->text, "there", one->there));
	}
	record = json_pack("{s:b, s:o}", "whole", list->whole, "unreadable", object);
	text = json_dumps(record, JSON_INDENT(1));
	json_decref(record);
	return text;
}

const struct unreadable *unreadables_find(const struct unreadables *list, const char *path)
{
	if (list->sorted)
		return list->count ? bsearch(path, list->items, list->count, sizeof(*list->items),
					     by_name)
				   : NULL;
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i].path, path))
			return &list->items[i];
	return NULL;
}

void unreadables_free(struct unreadables *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].path);
		free(list->items[i].text);
	}
	free(list->items);
	*list = (struct unreadables){ 0 };
}
