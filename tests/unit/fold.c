/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text and commands folded to a width; what a command became is asked of a real shell. */
#include "report/fold.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "report/columns.h"
#include "tests/unit/suites.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define E_ACUTE "\xc3\xa9"
#define CJK     "\xe6\xbc\xa2"     /* two columns */
#define EMOJI   "\xf0\x9f\x98\x80" /* two columns */
#define ACCENT  "\xcc\x81"         /* combines: none */

static char *folded(const char *text, int column, int indent, int width)
{
	char *result = NULL;
	size_t length;
	FILE *out = xmemstream(&result, &length);

	fold(text, column, indent, width, out);
	fclose(out);
	return result;
}

static int widest_line(const char *text)
{
	const char *line;
	size_t length;
	int widest = 0;

	while (next_line(&text, &line, &length))
		if (columns_of(line, length) > widest)
			widest = columns_of(line, length);
	return widest;
}

START_TEST(text_breaks_at_blanks)
{
	static const struct {
		const char *text;
		int column, indent, width;
		const char *lines;
	} cases[] = {
		{ "one two  three " E_ACUTE E_ACUTE, 4, 2, 12,
		  "one two\n  three " E_ACUTE E_ACUTE "\n" },
		{ "two  blanks stay", 0, 0, 0, "two  blanks stay\n" },
		{ "  none before", 0, 2, 40, "none before\n" },
		{ "", 3, 3, 40, "\n" },
		{ "exactly ten", 0, 0, 11, "exactly ten\n" },
		{ "exactly ten", 0, 0, 10, "exactly\nten\n" },
		/* Longer than a line: behind a slash, else behind another mark, else anywhere. */
		{ "a /sys/kernel/iommu/19", 0, 2, 12, "a\n  /sys/\n  kernel/\n  iommu/19\n" },
		{ "ids=10de:2504,10de:228e", 0, 0, 12, "ids=10de:\n2504,10de:\n228e\n" },
		{ "abcdefghijkl", 0, 1, 5, "abcde\n fghi\n jkl\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = folded(cases[i].text, cases[i].column, cases[i].indent,
						   cases[i].width);

		ck_assert_str_eq(text, cases[i].lines);
	}
}
END_TEST

START_TEST(columns_are_those_of_the_screen)
{
	static const struct {
		const char *text;
		int columns;
	} cases[] = {
		{ "abc", 3 },      { E_ACUTE, 1 }, { CJK CJK, 4 },        { EMOJI "x", 3 },
		{ "e" ACCENT, 1 }, { "\xff", 1 },  { CJK "\xe6\xbc", 4 }, /* cut short: each byte is
									     one */
	};
	_cleanup_free_ char *text = NULL;

	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		ck_assert_int_eq(columns_of(cases[i].text, strlen(cases[i].text)),
				 cases[i].columns);
	ck_assert_uint_eq(bytes_in_columns(CJK CJK, 6, 3), 3);
	ck_assert_uint_eq(bytes_in_columns("e" ACCENT "f", 4, 1), 3);
	text = folded(CJK CJK CJK " " EMOJI EMOJI, 0, 0, 5);
	ck_assert_str_eq(text, CJK CJK "\n" CJK "\n" EMOJI EMOJI "\n");
}
END_TEST

static char *said_by_shell(const char *command)
{
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length), *shell = popen(command, "r");
	int c;

	ck_assert_ptr_nonnull(shell);
	while ((c = fgetc(shell)) != EOF)
		fputc(c, out);
	ck_assert_int_eq(pclose(shell), 0);
	fclose(out);
	return text;
}

START_TEST(a_folded_command_is_the_same_command)
{
	static const char *const commands[] = {
		"printf '<%s>' gpucheck --fix --allow-disruption --vm=ml vm.pending",
		"printf '<%s>' 'a quoted text  with two blanks that is longer than any of the lines'",
		"printf '<%s>' \"double $((1 + 1)) quotes with a $(printf longer) word, and a \\\" within them\"",
		"printf '<%s>' /a/path/of/one/word/that/is/longer/than/a/line/of/forty/columns/is/wide",
		"printf '<%s>' it\\'s\\ \\ \\ \\ escaped\\ \\ \\ \\ \\ \\ \\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\ x",
		"printf '<%s>' 'it'\\''s' '\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\' \"\\\\\\\"x\"",
		"for i in 1 2 3; do printf '%s' $i | sed 's/^/number /'; done; printf 'end of it'",
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		_cleanup_free_ char *whole = said_by_shell(commands[i]);

		for (int width = 20; width < 90; width += 7) {
			_cleanup_free_ char *text = NULL, *said = NULL;
			size_t length;
			FILE *out = xmemstream(&text, &length);

			fold_command(commands[i], 6, 8, width, out);
			fclose(out);
			/* Its first line begins in column 6 of the screen. */
			ck_assert_int_le(widest_line(text), width);
			ck_assert_int_le((int)strcspn(text, "\n") + 6, width);
			said = said_by_shell(text);
			ck_assert_str_eq(said, whole);
		}
	}
}
END_TEST

Suite *fold_suite(void)
{
	const TTest *const tests[] = {
		text_breaks_at_blanks,
		columns_are_those_of_the_screen,
		a_folded_command_is_the_same_command,
		NULL,
	};

	return suite_of("fold", tests);
}
