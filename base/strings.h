/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of strings, and the few questions about text that several rooms ask. */
#ifndef GPUCHECK_BASE_STRINGS_H
#define GPUCHECK_BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

/* Owns its items; zero-initialised it is empty. */
struct strings {
	char **items;
	size_t count;
	size_t room;
};

#define _cleanup_strings_ _cleanup_(strings_free)

void strings_add(struct strings *list, const char *text);
void strings_take(struct strings *list, char *text); /* text becomes the list's */
/* Unless it is there already. */
void strings_add_once(struct strings *list, const char *text);
void strings_sort(struct strings *list);
bool strings_have(const struct strings *list, const char *text);
void strings_free(struct strings *list); /* empties it; the struct itself is the caller's */

/* The items with separator between them; the caller frees it. */
char *strings_join(const struct strings *list, const char *separator);

/* Next line of a text: sets *line and *length (without the newline), moves *cursor behind it.
 * False at the end. The text is not changed. */
bool next_line(const char **cursor, const char **line, size_t *length);

/* Next blank-separated word of a line that is length bytes long; the same contract. */
bool next_word(const char **cursor, const char *end, const char **word, size_t *length);

/* A text as one word for a shell: quoted when it holds more than names do. The caller frees it. */
char *shell_word(const char *text);

bool starts_with(const char *text, const char *prefix);
bool ends_with(const char *text, const char *suffix);

#endif
