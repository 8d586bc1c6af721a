/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form of an error in an answer. */
#include "host/programs/libvirt/answer.h"

#include "base/alloc.h"

json_t *answer_error(const char *kind, const char *format, ...)
{
	_cleanup_free_ char *sentence = NULL;
	va_list arguments;
	json_t *text;

	va_start(arguments, format);
	sentence = xvasprintf(format, arguments);
	va_end(arguments);
	/* A daemon may speak in the character set of its own locale. */
	text = json_string(sentence);
	if (!text)
		text = json_string("an error whose text is not UTF-8");
	return json_pack("{s:{s:s, s:o}}", "error", "kind", kind, "text", text);
}
