/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes text of the machine safe to print, and how a verdict is found. */
#include "base/alloc.h"
#include "probes/finding.h"
#include "report/escape.h"
#include "tests/unit/suites.h"

START_TEST(controls_and_broken_utf8_are_escaped)
{
	static const struct {
		const char *raw, *safe;
	} cases[] = {
		{ "plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		  "plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "a\nnot ok 9", "a\\x0anot ok 9" },
		{ "\033[2J\x7f", "\\x1b[2J\\x7f" },
		{ "\xff\xc3", "\\xff\\xc3" },
		{ "\xc0\xaf", "\\xc0\\xaf" },                   /* overlong */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },          /* surrogate */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* above U+10FFFF */
		{ "\xc2\x85", "\\xc2\\x85" },                   /* C1 newline */
		{ "\xe2\x80\xae", "\\xe2\\x80\\xae" },          /* right-to-left override */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *safe = escape_controls(cases[i].raw);

		ck_assert_str_eq(safe, cases[i].safe);
	}
}
END_TEST

START_TEST(tap_directives_cannot_be_forged)
{
	_cleanup_free_ char *safe = escape_tap("x # SKIP \\ y");

	ck_assert_str_eq(safe, "x \\# SKIP \\\\ y");
}
END_TEST

START_TEST(beyond_ascii_signs_are_written_out_and_letters_escaped)
{
	_cleanup_free_ char *safe =
		escape_to_ascii("Intel\xc2\xae m\xc3\xbcller ids=\xe2\x80\xa6 \xff \xe2\x80\xae x");

	ck_assert_str_eq(safe, "Intel(R) m\\xc3\\xbcller ids=... \\xff \\xe2\\x80\\xae x");
}
END_TEST

START_TEST(the_worst_statement_decides)
{
	struct finding finding = { 0 };

	finding_say(&finding, VERDICT_PASS, "fine");
	finding_say(&finding, VERDICT_FAIL, "one");
	finding_say(&finding, VERDICT_WARN, "lesser");
	finding_say(&finding, VERDICT_ERROR, "unseen");
	finding_say(&finding, VERDICT_FAIL, "two");
	ck_assert_int_eq(finding.verdict, VERDICT_FAIL);
	ck_assert_str_eq(finding.reason, "one; two");
	finding_free(&finding);
}
END_TEST

Suite *report_suite(void)
{
	const TTest *const tests[] = {
		controls_and_broken_utf8_are_escaped,
		tap_directives_cannot_be_forged,
		beyond_ascii_signs_are_written_out_and_letters_escaped,
		the_worst_statement_decides,
		NULL,
	};

	return suite_of("report", tests);
}
