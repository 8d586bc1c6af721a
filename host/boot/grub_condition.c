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
	char **words = test->words->items + from;

	if (from == to)
		return false;
	if (!strcmp(words[0], "!"))
		return !test_primary(test, from + 1, to);
	switch (to - from) {
	case 1:
		return *words[0];
	case 2:
		return test_pair(test, words[0], words[1]);
	case 3:
		if (!strcmp(words[1], "!="))
			return strcmp(words[0], words[2]);
		return (!strcmp(words[1], "=") || !strcmp(words[1], "==")) &&
		       !strcmp(words[0], words[2]);
	default:
		return false;
	}
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

bool grub_condition(const struct grub_variables *variables, const struct strings *words,
		    size_t first, bool has_environment)
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
