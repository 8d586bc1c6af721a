/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A long list within a JSON document, element by element. */
#include "report/json_list.h"

#include <errno.h>
#include <string.h>

static void skip_blanks(struct json_span *rest)
{
	while (rest->begin < rest->end && *rest->begin && strchr(" \t\r\n", *rest->begin))
		rest->begin++;
}

/* Whether the next sign is that one; if so it is passed. */
static bool skip_sign(struct json_span *rest, char sign)
{
	skip_blanks(rest);
	if (rest->begin == rest->end || *rest->begin != sign)
		return false;
	rest->begin++;
	return true;
}

/* Behind the opening quote, to behind the closing one. */
static bool skip_string(struct json_span *rest)
{
	while (rest->begin < rest->end) {
		char sign = *rest->begin++;

		if (sign == '"')
			return true;
		if (sign == '\\' && rest->begin < rest->end)
			rest->begin++;
	}
	return false;
}

/* Brackets of one kind are as good as the other's here. */
static bool skip_value(struct json_span *rest)
{
	const char *begin;
	size_t depth = 0;

	skip_blanks(rest);
	for (begin = rest->begin; rest->begin < rest->end; rest->begin++) {
		char sign = *rest->begin;

		if (sign == '"') {
			rest->begin++;
			if (!skip_string(rest))
				return false;
			rest->begin--;
		} else if (sign == '[' || sign == '{') {
			depth++;
		} else if (depth == 0 && (sign == ',' || sign == ']' || sign == '}')) {
			break;
		} else if (sign == ']' || sign == '}') {
			depth--;
		}
	}
	return depth == 0 && rest->begin > begin;
}

static bool is_key(const struct json_span *found, const char *key)
{
	size_t length = strlen(key);

	return (size_t)(found->end - found->begin) == length && !memcmp(found->begin, key, length);
}

bool json_list_find(const struct json_span *document, const char *key, struct json_span *ret)
{
	struct json_span rest = *document, found, list;

	if (!skip_sign(&rest, '{'))
		return false;
	do {
		if (!skip_sign(&rest, '"'))
			return false;
		found.begin = rest.begin;
		if (!skip_string(&rest))
			return false;
		found.end = rest.begin - 1;
		if (!skip_sign(&rest, ':'))
			return false;
		skip_blanks(&rest);
		list.begin = rest.begin;
		if (!skip_value(&rest))
			return false;
		list.end = rest.begin;
		if (is_key(&found, key) && *list.begin == '[') {
			while (list.end > list.begin + 1 && list.end[-1] != ']')
				list.end--;
			if (list.end == list.begin + 1)
				return false;
			*ret = (struct json_span){ list.begin + 1, list.end - 1 };
			return true;
		}
	} while (skip_sign(&rest, ','));
	return false;
}

int json_list_next(struct json_span *list, struct json_span *ret)
{
	struct json_span rest = *list, found;

	skip_blanks(&rest);
	if (rest.begin == rest.end)
		return 0;
	found.begin = rest.begin;
	if (!skip_value(&rest))
		return -EINVAL;
	found.end = rest.begin;
	skip_blanks(&rest);
	if (rest.begin < rest.end) {
		if (!skip_sign(&rest, ','))
			return -EINVAL;
		skip_blanks(&rest);
		if (rest.begin == rest.end)
			return -EINVAL;
	}
	*list = rest;
	*ret = found;
	return 1;
}
