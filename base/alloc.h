/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Allocation that ends the program when memory is out, and the clean-up attributes. */
#ifndef GPUCHECK_BASE_ALLOC_H
#define GPUCHECK_BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

/* Each returns memory the caller frees; none returns NULL, but that a copy of NULL is NULL. */
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *memory, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* A stream that grows in memory (open_memstream(3)); *text is valid after fclose. */
FILE *xmemstream(char **text, size_t *length);

/* For _cleanup_(): each takes a pointer to the variable and takes NULL or a negative descriptor. */
void cleanup_free(void *pointer);
void cleanup_close(int *descriptor);
void cleanup_fclose(FILE **stream);

#define _cleanup_(function) __attribute__((cleanup(function)))
#define _cleanup_free_      _cleanup_(cleanup_free)
#define _cleanup_close_     _cleanup_(cleanup_close)
#define _cleanup_fclose_    _cleanup_(cleanup_fclose)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
