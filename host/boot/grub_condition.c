/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The conditions of GRUB's if: its test command (GRUB manual, "test"). */
#include "base/alloc.h"
#include "host/boot/grub_script.h"

#include <string.h>

struct test {
	const struct strings *words; /* expanded */
	bool has_environment;
};

static bool test_pair(const struct test *test, const char *operator, const char * operand)
{
	if (!strcmp(operator, "-n"))
		return *operand;
	if (!strcmp(operator, "-z"))
		return !*operand;
	/* Files: only the environment block is one that we have. */
	return strlen(operator) == 2 && strchr("sfe", operator[1]) &&
	       ends_with(operand, "/grubenv") && test->has_environment;
}

/* words[from..to) without -a and -o. */
static bool test_primary(const struct test *test, size_t from, size_t to)
{
	char **words = test->words->items;
	bool negated = false, value = false;

	for (; from < to && !strcmp(words[from], "!"); from++)
		negated = !negated;
	if (from == to)
		return negated;
	words += from;
	if (to - from == 1)
		value = *words[0];
	else if (to - from == 2)
		value = test_pair(test, words[0], words[1]);
	else if (to - from == 3 && !strcmp(words[1], "!="))
		value = strcmp(words[0], words[2]);
	else if (to - from == 3 && (!strcmp(words[1], "=") || !strcmp(words[1], "==")))
		value = !strcmp(words[0], words[2]);
	return value != negated;
}

/* "a -a b -o c": -o binds weaker. */
static bool test_all(const struct test *test, size_t from, size_t to)
{
	bool any = false, all = true;
	size_t start = from;

	for (size_t i = from; i <= to; i++) {
		bool or = i == to || !strcmp(test->words->items[i], "-o");

		if (! or &&strcmp(test->words->items[i], "-a") != 0)
			continue;
		all = test_primary(test, start, i) && all;
		start = i + 1;
		if (or) {
			any |= all;
			all = true;
		}
	}
	return any;
}

bool grub_condition(struct grub_variables *variables, const struct strings *words, size_t first,
		    bool has_environment)
{
	_cleanup_strings_ struct strings expanded = { 0 };
	const struct test test = { &expanded, has_environment };
	size_t count = words->count;

	if (first >= count)
		return false;
	if (!strcmp(words->items[first], "["))
		count -= !strcmp(words->items[count - 1], "]");
	else if (strcmp(words->items[first], "test") != 0)
		return false;
	for (size_t i = first + 1; i < count; i++)
		strings_take(&expanded, grub_expand(variables, words->items[i]));
	return test_all(&test, 0, expanded.count);
}
