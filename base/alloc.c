/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation that ends the program when memory is out. */
#include "base/alloc.h"

#include "base/memory_limit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *must(void *memory)
{
	const char *reason = memory_limit_reason();

	if (!memory) {
		fprintf(stderr, "gpucheck: out of memory%s%s\n", reason ? ": " : "",
			reason ? reason : "");
		_exit(3);
	}
	return memory;
}

void *xcalloc(size_t count, size_t size)
{
	return must(calloc(count ? count : 1, size ? size : 1));
}

void *xreallocarray(void *memory, size_t count, size_t size)
{
	return must(reallocarray(memory, count ? count : 1, size ? size : 1));
}

char *xstrdup(const char *text)
{
	return text ? must(strdup(text)) : NULL;
}

char *xstrndup(const char *text, size_t length)
{
	return must(strndup(text, length));
}

char *xvasprintf(const char *format, va_list arguments)
{
	char *text = NULL;

	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	return must(text);
}

char *xasprintf(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = xvasprintf(format, arguments);
	va_end(arguments);
	return text;
}

FILE *xmemstream(char **text, size_t *length)
{
	return must(open_memstream(text, length));
}

void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

void cleanup_close(int *descriptor)
{
	if (*descriptor >= 0)
		close(*descriptor);
}

void cleanup_fclose(FILE **stream)
{
	if (*stream)
		fclose(*stream);
}
