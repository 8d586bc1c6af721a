/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of strings, and the few questions about text that several rooms ask. */
#include "base/strings.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

void strings_take(struct strings *list, char *text)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 8;
		list->items = xreallocarray(list->items, list->room, sizeof(*list->items));
	}
	list->items[list->count++] = text;
}

void strings_add(struct strings *list, const char *text)
{
	strings_take(list, xstrdup(text));
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

void strings_sort(struct strings *list)
{
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), by_text);
}

bool strings_have(const struct strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

void strings_add_once(struct strings *list, const char *text)
{
	if (!strings_have(list, text))
		strings_add(list, text);
}

void strings_free(struct strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){ 0 };
}

char *strings_join(const struct strings *list, const char *separator)
{
	size_t room = 1 + list->count * strlen(separator);
	char *text, *at;

	for (size_t i = 0; i < list->count; i++)
		room += strlen(list->items[i]);
	text = xcalloc(room, 1);
	at = text;
	for (size_t i = 0; i < list->count; i++)
		at = stpcpy(stpcpy(at, i ? separator : ""), list->items[i]);
	return text;
}

bool next_line(const char **cursor, const char **line, size_t *length)
{
	const char *start = *cursor;

	if (!*start)
		return false;
	*line = start;
	*length = (size_t)(strchrnul(start, '\n') - start);
	*cursor = start + *length + (start[*length] == '\n');
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

bool next_word(const char **cursor, const char *end, const char **word, size_t *length)
{
	const char *at = *cursor;

	while (at < end && is_blank(*at))
		at++;
	*word = at;
	while (at < end && !is_blank(*at))
		at++;
	*length = (size_t)(at - *word);
	*cursor = at;
	return *length > 0;
}

char *shell_word(const char *text)
{
	char *word = NULL;
	size_t length;
	FILE *out;

	if (*text && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				  "_./:@%+,=-") == strlen(text))
		return xstrdup(text);
	out = xmemstream(&word, &length);
	fputc('\'', out);
	for (; *text; text++)
		fputs(*text == '\'' ? "'\\''" : (const char[]){ *text, '\0' }, out);
	fputc('\'', out);
	fclose(out);
	return word;
}

bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), tail = strlen(suffix);

	return length >= tail && !strcmp(text + length - tail, suffix);
}
