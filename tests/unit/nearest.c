/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which known word was meant. */
#include "base/nearest.h"

#include "base/alloc.h"
#include "tests/unit/suites.h"

#include <limits.h>

START_TEST(distance_counts_slips)
{
	static const struct {
		const char *one, *other;
		unsigned distance;
	} cases[] = {
		{ "", "", 0 },          { "abc", "", 3 },
		{ "vfio", "vfio", 0 },  { "vfio", "VFIO", 0 },
		{ "vifo", "vfio", 1 },  { "vfo", "vfio", 1 },
		{ "vfiio", "vfio", 1 }, { "kitten", "sitting", 3 },
		{ "ca", "abc", 3 },     { "isolated", "islotaed", 2 },
	};
	char longest[66] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ck_assert_uint_eq(edit_distance(cases[i].one, cases[i].other), cases[i].distance);
		ck_assert_uint_eq(edit_distance(cases[i].other, cases[i].one), cases[i].distance);
	}
	for (size_t i = 0; i < 64; i++)
		longest[i] = 'x';
	ck_assert_uint_eq(edit_distance(longest, ""), 64);
	longest[64] = 'x';
	ck_assert_uint_eq(edit_distance(longest, longest), UINT_MAX);
}
END_TEST

START_TEST(a_word_far_from_all_is_near_none)
{
	_cleanup_strings_ struct strings known = { 0 };

	ck_assert_ptr_null(nearest_word("vfio", &known));
	strings_add(&known, "vm");
	strings_add(&known, "guest");
	strings_add(&known, "display");
	ck_assert_str_eq(nearest_word("gest", &known), "guest");
	ck_assert_str_eq(nearest_word("dsplya", &known), "display");
	ck_assert_ptr_null(nearest_word("vn", &known)); /* half of it is no slip */
	ck_assert_ptr_null(nearest_word("", &known));
}
END_TEST

Suite *nearest_suite(void)
{
	const TTest *const tests[] = {
		distance_counts_slips,
		a_word_far_from_all_is_near_none,
		NULL,
	};

	return suite_of("nearest", tests);
}
