/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a program's answer. */
#include "host/process/answer.h"

const char *answer_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

uint64_t answer_number(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));

	return number > 0 ? (uint64_t)number : 0;
}
