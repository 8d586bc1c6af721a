/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of a GRUB script, and its conditions. */
#include "base/alloc.h"
#include "host/boot/grub_script.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* The command with "!" behind its first word is the other way round, where that binds all of it. */
static void check_negation(struct grub_variables *variables, const struct strings *words,
			   bool value)
{
	_cleanup_strings_ struct strings negated = { 0 };

	for (size_t i = 0; i < words->count; i++) {
		_cleanup_free_ char *word = grub_expand(variables, words->items[i]);

		if (!strcmp(word, "-a") || !strcmp(word, "-o"))
			return;
		strings_add(&negated, words->items[i]);
		if (!i)
			strings_add(&negated, "!");
	}
	PROMISE(grub_condition(variables, &negated, 0, true) == !value);
}

static void check_condition(struct grub_variables *variables, const struct strings *words)
{
	const char *name = words->items[0];
	size_t operands = words->count - 1;
	bool value = grub_condition(variables, words, 0, true);

	if (strcmp(name, "[") != 0 && strcmp(name, "test") != 0) {
		PROMISE(!value);
		return;
	}
	operands -= operands && !strcmp(name, "[") && !strcmp(words->items[operands], "]");
	if (operands)
		check_negation(variables, words, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *text = input_text(&input);
	struct grub_variables variables = { 0 };
	struct grub_script script;
	size_t words = 0;

	grub_set(&variables, "default", "0");
	grub_set(&variables, "feature", "y");
	grub_script_parse(text, &script);
	for (size_t i = 0; i < script.count; i++) {
		const struct grub_command *command = &script.commands[i];

		words += command->words.count;
		PROMISE(grub_block_end(&script, i) > i &&
			grub_block_end(&script, i) <= script.count);
		if (command->words.count)
			check_condition(&variables, &command->words);
	}
	PROMISE(words <= strlen(text));
	grub_script_free(&script);
	grub_variables_free(&variables);
	return 0;
}
