/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pop!_OS: kernelstub's file of kernel arguments. */
#include "fixers/kernelstub.h"

#include "base/alloc.h"
#include "base/json_budget.h"
#include "fixers/kernel_line.h"
#include "host/boot/kernel_arguments.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CONFIGURATION "etc/kernelstub/configuration"

enum { FILE_MODE = 0644 };

/* As Python's json.dump(indent=2) writes it, which is how kernelstub saves it. */
static char *dump(const json_t *object)
{
	return json_dumps(object, JSON_INDENT(2) | JSON_ENSURE_ASCII);
}

/* One token of a kernel command line, and not "--", behind which nothing is the kernel's. */
static bool is_option(const char *text)
{
	_cleanup_free_ char *word = text ? kernel_token_word(text, strlen(text)) : NULL;
	const char *end = text ? kernel_token_end(text) : NULL;

	return end && !*end && strcmp(word, "--") != 0;
}

/* The options of the user's section with the edit made; NULL when one of them is no option. */
static json_t *edit_options(const json_t *options, const struct strings *words)
{
	json_t *edited = json_array();
	_cleanup_strings_ struct strings seen = { 0 };

	for (size_t i = 0; i < json_array_size(options); i++) {
		const char *option = json_string_value(json_array_get(options, i));
		_cleanup_free_ char *kept = NULL, *word = NULL;

		if (!is_option(option)) {
			json_decref(edited);
			return NULL;
		}
		kept = kernel_word_edit(option, words);
		word = kept ? kernel_token_word(kept, strlen(kept)) : NULL;
		if (!kept || (strings_have(words, word) && strings_have(&seen, word)))
			continue;
		strings_add(&seen, word);
		json_array_append_new(edited, json_string(kept));
	}
	for (size_t i = 0; i < words->count; i++)
		if (!strings_have(&seen, words->items[i]))
			json_array_append_new(edited, json_string(words->items[i]));
	return edited;
}

int kernelstub_edit(const char *text, const struct strings *words, char **ret, struct error *error)
{
	_cleanup_free_ char *again = NULL;
	json_t *object = NULL, *user, *options;
	struct error why;
	size_t length;

	json_parse_bounded(text, strlen(text), &object, &why);
	user = json_object_get(object, "user");
	again = object ? dump(object) : NULL;
	length = again ? strlen(again) : 0;
	/* What cannot be written back byte for byte is not edited. */
	if (!again || strncmp(text, again, length) != 0 ||
	    text[length + strspn(text + length, "\n")] ||
	    !json_is_array(json_object_get(user, "kernel_options"))) {
		json_decref(object);
		return error_set(
			error, EINVAL,
			"not as kernelstub writes it (kernelstub --add-options does that)");
	}
	options = edit_options(json_object_get(user, "kernel_options"), words);
	if (!options) {
		json_decref(object);
		return error_set(error, EINVAL,
				 "kernel_options holds what is no option of the kernel's");
	}
	json_object_set_new(user, "kernel_options", options);
	free(again);
	again = dump(object);
	json_decref(object);
	*ret = xasprintf("%s%s", again, text + length);
	return 0;
}

int kernelstub_want(struct plan *plan, struct host *host, const struct strings *words,
		    struct error *error)
{
	_cleanup_free_ char *path = NULL, *now = NULL, *text = NULL;
	int r = plan_read_file(plan, host, CONFIGURATION, &path, &now, error);

	if (r == 0 && !now)
		r = error_set_errno(error, ENOENT, "/" CONFIGURATION);
	else if (r == 0 && (r = kernelstub_edit(now, words, &text, error)) < 0)
		error_wrap(error, "/" CONFIGURATION);
	return r < 0 ? r : plan_set_file(plan, host, CONFIGURATION, text, FILE_MODE, error);
}
