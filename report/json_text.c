/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of the machine as JSON. */
#include "report/json_text.h"

#include "base/alloc.h"
#include "report/escape.h"

#include <stdlib.h>

json_t *json_text(const char *text)
{
	_cleanup_free_ char *safe = text ? escape_controls(text) : NULL;

	return safe ? json_string(safe) : json_null();
}

char *json_quote(const char *text)
{
	json_t *value = json_text(text);
	char *quoted = json_dumps(value, JSON_ENCODE_ANY);

	json_decref(value);
	return quoted ? quoted : xstrdup("\"\"");
}
