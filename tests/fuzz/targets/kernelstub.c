/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The edit of kernelstub's file. A byte chooses the words that are wanted, the rest is the file. */
#include "fixers/kernelstub.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/wanted_words.h"

#include <jansson.h>
#include <string.h>

/* What kernelstub makes of the options; they leave the document. */
static char *take_line(json_t *document)
{
	json_t *user = json_object_get(document, "user");
	json_t *options = json_object_get(user, "kernel_options");
	_cleanup_strings_ struct strings words = { 0 };

	for (size_t i = 0; i < json_array_size(options); i++)
		strings_add(&words, json_string_value(json_array_get(options, i)));
	json_object_del(user, "kernel_options");
	return strings_join(&words, " ");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_strings_ struct strings words = wanted_words(input_byte(&input));
	_cleanup_free_ char *text = input_text(&input), *edited = NULL, *again = NULL;
	_cleanup_free_ char *line = NULL, *old_line = NULL;
	json_t *before, *after;

	if (kernelstub_edit(text, &words, &edited, NULL) < 0)
		return 0;
	PROMISE(kernelstub_edit(edited, &words, &again, NULL) == 0);
	PROMISE(!strcmp(edited, again));
	before = json_loads(text, 0, NULL);
	after = json_loads(edited, 0, NULL);
	old_line = take_line(before);
	line = take_line(after);
	promise_in_effect(line, &words);
	PROMISE(json_equal(before, after));
	PROMISE(strcmp(line, old_line) != 0 || !strcmp(text, edited));
	json_decref(before);
	json_decref(after);
	return 0;
}
