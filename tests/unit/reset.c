/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resets of a function, the models that do not come back, and the kernel's release. */
#include "host/pci/reset.h"
#include "base/alloc.h"
#include "host/kernel_release.h"
#include "tests/unit/suites.h"

#include <errno.h>

START_TEST(methods_are_words)
{
	static const struct {
		const char *text, *joined;
	} good[] = {
		{ "flr bus\n", "flr,bus" },
		{ "device_specific acpi flr af_flr pm bus cxl_bus\n",
		  "device_specific,acpi,flr,af_flr,pm,bus,cxl_bus" },
		{ "bus", "bus" },
		{ "\n", "" },
		{ "", "" },
		{ "  \n", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		_cleanup_strings_ struct strings methods = { 0 };
		_cleanup_free_ char *joined = NULL;

		ck_assert_int_eq(pci_reset_methods_parse(good[i].text, &methods), 0);
		joined = strings_join(&methods, ",");
		ck_assert_str_eq(joined, good[i].joined);
	}
}
END_TEST

START_TEST(what_names_no_methods_is_refused)
{
	static const char *const bad[] = {
		"flr\nbus\n", "\nflr",      "flr,bus\n",
		"FLR\n",      "flr bus!\n", "fl\x01r\n",
		"\xff\n",     "\n\n",       "a b c d e f g h i j k l m n o p q\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct strings methods = { .count = 77 };

		ck_assert_msg(pci_reset_methods_parse(bad[i], &methods) == -EINVAL, "%s", bad[i]);
		ck_assert_uint_eq(methods.count, 77);
	}
}
END_TEST

START_TEST(models_that_do_not_come_back)
{
	static const struct {
		uint16_t vendor, device;
		const char *family;
	} cards[] = {
		{ 0x1002, 0x731f, "Navi 10" },
		{ 0x1002, 0x67df, "Polaris 10" },
		{ 0x1002, 0x6fdf, "Polaris 10" },
		{ 0x1002, 0x67ef, "Polaris 11" },
		{ 0x1002, 0x699f, "Polaris 12" },
		{ 0x1002, 0x687f, "Vega 10" },
		{ 0x1002, 0x66af, "Vega 20" },
		{ 0x1002, 0x7340, "Navi 14" },
		{ 0x1002, 0x1638, "Cezanne" },
		{ 0x1002, 0x73bf, NULL }, /* Navi 21 resets */
		{ 0x1002, 0x665f, NULL },
		{ 0x10de, 0x731f, NULL },
		{ 0x1002, 0, NULL },
		{ 0x1002, 0x15de, NULL }, /* an audio function */
	};

	for (size_t i = 0; i < ARRAY_SIZE(cards); i++) {
		const char *family = pci_reset_trouble(cards[i].vendor, cards[i].device);

		if (cards[i].family)
			ck_assert_str_eq(family, cards[i].family);
		else
			ck_assert_ptr_null(family);
	}
}
END_TEST

START_TEST(releases)
{
	static const char *const bad[] = {
		"", "6", "6.", ".1", "v6.1", "six.one", "-6.1", "99999.1"
	};
	unsigned major = 0, minor = 0;

	ck_assert(kernel_release_parse("6.1.0-26-amd64\n", &major, &minor));
	ck_assert_uint_eq(major, 6);
	ck_assert_uint_eq(minor, 1);
	ck_assert(kernel_release_parse("5.15", &major, &minor));
	ck_assert_uint_eq(minor, 15);
	ck_assert(kernel_release_parse("6.8-rc1", &major, &minor));
	ck_assert_uint_eq(minor, 8);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_msg(!kernel_release_parse(bad[i], &major, &minor), "%s", bad[i]);
	ck_assert_uint_eq(minor, 8);
}
END_TEST

Suite *reset_suite(void)
{
	const TTest *const tests[] = {
		methods_are_words,
		what_names_no_methods_is_refused,
		models_that_do_not_come_back,
		releases,
		NULL,
	};

	return suite_of("reset", tests);
}
