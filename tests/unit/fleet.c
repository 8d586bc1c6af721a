/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reading reports back and telling of many is made of: dates, columns, XML, bounded JSON. */
#include "report/fleet.h"
#include "base/alloc.h"
#include "base/date.h"
#include "base/json_budget.h"
#include "base/strings.h"
#include "report/cell.h"
#include "report/json_read.h"
#include "report/xml_text.h"
#include "tests/unit/suites.h"

#include <stdlib.h>
#include <string.h>

START_TEST(dates_are_read_as_they_are_written)
{
	static const char *const none[] = {
		"",
		"2026-01-31",
		"2026-01-31T12:00:00",
		"2026-01-31T12:00:00Zx",
		"2026-02-30T00:00:00Z",
		"2026-1-31T12:00:00Z",
		" 2026-01-31T12:00:00Z",
		"2026-01-31T24:00:00Z",
	};
	_cleanup_free_ char *text = NULL;
	time_t date = 7;

	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		ck_assert_msg(!date_parse(none[i], &date), "%s", none[i]);
	ck_assert_int_eq(date, 7);
	ck_assert(date_parse("2026-01-31T12:00:00Z", &date));
	ck_assert_int_eq(date, 1769860800);
	text = date_text(date);
	ck_assert_str_eq(text, "2026-01-31T12:00:00Z");
}
END_TEST

START_TEST(cells_have_their_width)
{
	static const struct {
		const char *text;
		int width;
		const char *cell;
	} cases[] = {
		{ "ab", 4, "ab  " },
		{ "abcd", 4, "abcd" },
		{ "abcde", 4, "a..." },
		{ "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" },
		{ "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 4, "\xc3\xa9..." },
		{ "abcde", 2, ".." },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *cell = NULL;
		size_t length;
		FILE *out = xmemstream(&cell, &length);

		cell_padded(cases[i].text, cases[i].width, out);
		fclose(out);
		ck_assert_str_eq(cell, cases[i].cell);
	}
}
END_TEST

START_TEST(xml_holds_only_its_characters)
{
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	write_xml_text("<a b=\"c\">&#0;]]>'\x01\xff\xef\xbf\xbf\xef\xbf\xbd", out);
	fclose(out);
	ck_assert_str_eq(text, "&lt;a b=&quot;c&quot;&gt;&amp;#0;]]&gt;&apos;\\x01\\xff"
			       "\\xef\\xbf\\xbf\xef\xbf\xbd");
}
END_TEST

START_TEST(flood_of_values_is_refused)
{
	const size_t length = 1 << 20;
	_cleanup_free_ char *text = xcalloc(length + 1, 1);
	struct error error;
	json_t *value = NULL;

	memset(text, '[', length);
	ck_assert_int_lt(json_parse_bounded(text, length, &value, &error), 0);
	for (size_t i = 0; i + 2 < length; i += 3)
		memcpy(text + 1 + i, "{},", 3);
	text[length - 1] = ']';
	ck_assert_int_lt(json_parse_bounded(text, length, &value, &error), 0);
	ck_assert_ptr_nonnull(strstr(error.text, "too many values"));
	ck_assert_int_eq(json_parse_bounded("{\"a\": 1}", 8, &value, &error), 0);
	json_decref(value);
}
END_TEST

static void read_host(const char *host, const char *time, const char *file, struct fleet *fleet)
{
	_cleanup_free_ char *text = xasprintf(
		"{\"schema\": \"gpucheck-report-1\", \"version\": \"1\", \"host\": \"%s\","
		" \"time\": \"%s\", \"checks\": [], \"summary\": {\"pass\": 0, \"skip\": 0,"
		" \"warn\": 0, \"error\": 0, \"fail\": 0, \"status\": 2}}",
		host, time);
	struct error error;

	ck_assert_msg(json_read(text, strlen(text), file, fleet, &error) == 0, "%s", error.text);
}

START_TEST(latest_report_of_a_host_stays)
{
	_cleanup_strings_ struct strings left_out = { 0 };
	struct fleet fleet = { 0 };

	read_host("gpu10", "2026-01-01T00:00:00Z", "a", &fleet);
	read_host("gpu2", "2026-01-02T00:00:00Z", "b", &fleet);
	read_host("gpu2", "2026-01-01T00:00:00Z", "c", &fleet);
	read_host("gpu2", "2026-01-02T00:00:00Z", "d", &fleet);
	fleet_close(&fleet, false, &left_out);
	ck_assert_uint_eq(fleet.count, 2);
	ck_assert_str_eq(fleet.hosts[0].outcome.host, "gpu2");
	ck_assert_str_eq(fleet.hosts[0].file, "d");
	ck_assert_str_eq(fleet.hosts[1].outcome.host, "gpu10");
	ck_assert_uint_eq(left_out.count, 2);
	ck_assert_int_eq(fleet.status, STATUS_USAGE);
	fleet_free(&fleet);
}
END_TEST

START_TEST(nothing_is_taken_from_a_broken_file)
{
	static const char text[] = "{\"schema\": \"gpucheck-merged-1\", \"hosts\": [],"
				   " \"unreadable\": [{\"file\": \"x\", \"reason\": \"y\"}, {}]}";
	struct fleet fleet = { 0 };
	struct error error;

	ck_assert_int_lt(json_read(text, strlen(text), "f", &fleet, &error), 0);
	ck_assert_str_eq(error.text, "unreadable[1]: file is missing");
	ck_assert_uint_eq(fleet.unreadable_count, 0);
}
END_TEST

Suite *fleet_suite(void)
{
	Suite *suite = suite_create("fleet");
	TCase *tests = tcase_create("fleet");

	tcase_add_test(tests, dates_are_read_as_they_are_written);
	tcase_add_test(tests, cells_have_their_width);
	tcase_add_test(tests, xml_holds_only_its_characters);
	tcase_add_test(tests, flood_of_values_is_refused);
	tcase_add_test(tests, latest_report_of_a_host_stays);
	tcase_add_test(tests, nothing_is_taken_from_a_broken_file);
	suite_add_tcase(suite, tests);
	return suite;
}
