/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzz targets share. */
#include "tests/fuzz/fuzz.h"

#include "base/alloc.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void promise(bool kept, const char *words, const char *file, int line)
{
	if (kept)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, words);
	abort();
}

char *input_text(struct input *input)
{
	size_t length = input->left ? strnlen((const char *)input->at, input->left) : 0;
	char *text = xcalloc(length + 1, 1);

	memcpy(text, input->at, length);
	input->at += length;
	input->left -= length;
	if (input->left)
		input_byte(input);
	return text;
}

char *input_rest(struct input *input, size_t *ret_length)
{
	char *rest = xcalloc(input->left + 1, 1);

	memcpy(rest, input->at, input->left);
	*ret_length = input->left;
	input->at += input->left;
	input->left = 0;
	return rest;
}

uint8_t input_byte(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

bool is_utf8(const char *text)
{
	json_t *string = json_string(text);
	bool is = string;

	json_decref(string);
	return is;
}

size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n' || !text[1];
	return lines;
}
