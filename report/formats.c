/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All formats. A new one is a file beside this and a line here. */
#include "base/alloc.h"
#include "base/strings.h"
#include "report/report.h"

#include <string.h>

extern const struct format text_format, tap_format, json_format, junit_format, prometheus_format;

static const struct format *const formats[] = {
	&text_format, &tap_format, &json_format, &junit_format, &prometheus_format,
};

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

char *format_names(void)
{
	_cleanup_strings_ struct strings names = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		strings_add(&names, formats[i]->name);
	return strings_join(&names, ", ");
}
