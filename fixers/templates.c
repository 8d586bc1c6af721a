/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of the files that fixers write. */
#include "fixers/templates.h"

#include "base/alloc.h"

#include <string.h>

char *template_fill(const char *template, const char *mark, const char *value)
{
	const char *at = strstr(template, mark);

	if (!at)
		return xstrdup(template);
	return xasprintf("%.*s%s%s", (int)(at - template), template, value, at + strlen(mark));
}
