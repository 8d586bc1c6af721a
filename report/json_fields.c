/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a JSON object that a stranger wrote. */
#include "report/json_fields.h"

#include "base/alloc.h"
#include "base/strings.h"

#include <errno.h>
#include <string.h>

int field_wrong(struct error *error, const char *key, const json_t *value, const char *wanted)
{
	if (!value)
		return error_set(error, EINVAL, "%s is missing", key);
	if (json_is_string(value))
		return error_set(error, EINVAL, "%s: \"%s\" is not %s", key,
				 json_string_value(value), wanted);
	return error_set(error, EINVAL, "%s is not %s", key, wanted);
}

/* The text stays the object's; it may be empty. */
int field_text(const json_t *object, const char *key, const char **ret, struct error *error)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return field_wrong(error, key, value, "a text");
	*ret = json_string_value(value);
	return 0;
}

/* The caller owns the copy. */
int field_copy(const json_t *object, const char *key, char **ret, struct error *error)
{
	const char *text;
	int r = field_text(object, key, &text, error);

	if (r == 0 && !*text)
		r = error_set(error, EINVAL, "%s is empty", key);
	if (r == 0)
		*ret = xstrdup(text);
	return r;
}

int field_copy_or_null(const json_t *object, const char *key, char **ret, struct error *error)
{
	if (!json_is_null(json_object_get(object, key)))
		return field_copy(object, key, ret, error);
	*ret = NULL;
	return 0;
}

int field_list(const json_t *object, const char *key, const json_t **ret, struct error *error)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_array(value))
		return field_wrong(error, key, value, "a list");
	*ret = value;
	return 0;
}

/* Which of count names the text is. */
int field_choice(const json_t *object, const char *key, const char *(*name)(int), int count,
		 int *ret, struct error *error)
{
	_cleanup_strings_ struct strings names = { 0 };
	_cleanup_free_ char *list = NULL, *wanted = NULL;
	const char *text;
	int r = field_text(object, key, &text, error);

	for (int i = 0; r == 0 && i < count; i++) {
		if (!name(i))
			continue;
		if (!strcmp(name(i), text)) {
			*ret = i;
			return 0;
		}
		strings_add(&names, name(i));
	}
	if (r < 0)
		return r;
	list = strings_join(&names, ", ");
	wanted = xasprintf("one of %s", list);
	return field_wrong(error, key, json_object_get(object, key), wanted);
}

int field_number(const json_t *object, const char *key, json_int_t *ret, struct error *error)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		return field_wrong(error, key, value, "a whole number");
	*ret = json_integer_value(value);
	return 0;
}
