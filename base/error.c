/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The error object: a code and a sentence, with context added on the way up. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_set(struct error *error, int code, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return -abs(code);
	error->code = -abs(code);
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return error->code;
}

int error_set_errno(struct error *error, int code, const char *format, ...)
{
	char sentence[sizeof(error->text)];
	va_list arguments;

	if (!error)
		return -abs(code);
	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	return error_set(error, code, "%s: %s", sentence, strerror(abs(code)));
}

int error_wrap(struct error *error, const char *format, ...)
{
	char inner[sizeof(error->text)], context[sizeof(error->text)];
	va_list arguments;

	if (!error)
		return -EIO;
	memcpy(inner, error->text, sizeof(inner));
	va_start(arguments, format);
	vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);
	return error_set(error, error->code, "%s: %s", context, inner);
}
