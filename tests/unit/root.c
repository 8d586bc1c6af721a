/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to the host's files: nothing outside the root, nothing but regular files. */
#include "host/files/root.h"
#include "base/alloc.h"
#include "host/files/fact.h"
#include "tests/unit/suites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/gpucheck-unit-XXXXXX";
static struct root *root;

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", directory, name);
	_cleanup_fclose_ FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
}

static void set_link(const char *name, const char *target)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", directory, name);

	ck_assert_int_eq(symlink(target, path), 0);
}

static void make_root(void)
{
	_cleanup_free_ char *fifo = NULL, *inside = NULL;

	strcpy(directory, "/tmp/gpucheck-unit-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	inside = xasprintf("%s/inside", directory);
	fifo = xasprintf("%s/fifo", directory);
	ck_assert_int_eq(mkdir(inside, 0700), 0);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	put("inside/passwd", "inside\n");
	put("number", "0x10de\n");
	put("inside/.keep", "");
	set_link("absolute", "/inside/passwd");
	set_link("climbs", "../../../../../../inside/passwd");
	set_link("loop", "loop");
	set_link("dangling", "nowhere");
	ck_assert_int_eq(root_open(directory, &root, NULL), 0);
}

static void remove_root(void)
{
	static const char *const names[] = { "inside/passwd", "inside/.keep",   "inside/a.conf",
					     "inside/b.conf", "inside/c.conf~", "inside",
					     "fifo",          "number",         "absolute",
					     "climbs",        "loop",           "dangling" };

	root_close(root);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", directory, names[i]);

		remove(path);
	}
	rmdir(directory);
}

START_TEST(links_stay_inside)
{
	static const char *const names[] = { "absolute", "climbs" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *text = NULL;

		ck_assert_int_eq(root_read(root, names[i], 100, &text, NULL, NULL), 0);
		ck_assert_str_eq(text, "inside\n");
	}
}
END_TEST

START_TEST(what_is_no_file_is_an_error_with_its_path)
{
	static const struct {
		const char *name;
		int code;
	} cases[] = { { "loop", -ELOOP },    { "dangling", -ENOENT }, { "fifo", -EINVAL },
		      { "inside", -EINVAL }, { "nothing", -ENOENT },  { "number/x", -ENOTDIR } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error error;
		char *text = NULL;

		ck_assert_int_eq(root_read(root, cases[i].name, 100, &text, NULL, &error),
				 cases[i].code);
		ck_assert_ptr_null(text);
		ck_assert_ptr_nonnull(strstr(error.text, cases[i].name));
	}
}
END_TEST

START_TEST(size_is_bounded)
{
	char *text = NULL;

	ck_assert_int_eq(root_read(root, "number", 6, &text, NULL, NULL), -EFBIG);
	ck_assert_int_eq(root_read(root, "number", 7, &text, NULL, NULL), 0);
	free(text);
}
END_TEST

START_TEST(a_line_ends_with_its_newline)
{
	static const struct {
		const char *text;
		int code;
		const char *line;
	} cases[] = {
		{ "0x10de\n", 0, "0x10de" },
		{ "0x10de", 0, "0x10de" },
		{ "", 0, "" },
		{ "\n", 0, "" },
		{ "1\n2\n", 0, "1\n2" },
		{ "0x10de0\n", -EFBIG, NULL },
		{ "0x10de01\n", -EFBIG, NULL },
	};
	char line[8];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put("number", cases[i].text);
		ck_assert_int_eq(root_read_line(root, "number", line, sizeof(line), NULL),
				 cases[i].code);
		if (cases[i].line)
			ck_assert_str_eq(line, cases[i].line);
	}
	ck_assert_int_eq(root_read_line(root, "fifo", line, sizeof(line), NULL), -EINVAL);
	ck_assert_int_eq(root_read_line(root, "nowhere", line, sizeof(line), NULL), -ENOENT);
}
END_TEST

START_TEST(numbers_are_whole)
{
	static const struct {
		const char *text;
		int code;
		uint64_t value;
	} cases[] = {
		{ "0x10de\n", 0, 0x10de },
		{ "12\n", 0, 12 },
		{ "1", 0, 1 },
		{ "", -EINVAL, 0 },
		{ "\n", -EINVAL, 0 },
		{ "1 \n", -EINVAL, 0 },
		{ "-1\n", -EINVAL, 0 },
		{ " 1\n", -EINVAL, 0 },
		{ "0x\n", -EINVAL, 0 },
		{ "1\n2\n", -EINVAL, 0 },
		{ "99999999999999999999\n", -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fact fact = { .state = FACT_KNOWN, .text = xstrdup(cases[i].text) };
		uint64_t value = 0;

		fact.length = strlen(fact.text);
		ck_assert_int_eq(fact_number(&fact, "number", &value, NULL), cases[i].code);
		ck_assert_uint_eq(value, cases[i].value);
		fact_free(&fact);
	}
}
END_TEST

START_TEST(a_fact_is_read_once)
{
	struct fact fact = { 0 };
	struct error error;

	ck_assert_int_eq(fact_file(&fact, root, "number", 100, &error), 1);
	put("number", "changed\n");
	ck_assert_int_eq(fact_file(&fact, root, "number", 100, &error), 1);
	ck_assert_str_eq(fact.text, "0x10de\n");
	fact_free(&fact);
	ck_assert_int_eq(fact_file(&fact, root, "nothing", 100, &error), 0);
	fact_free(&fact);
	ck_assert_int_eq(fact_must(&fact, root, "nothing", 100, &error), -ENOENT);
	fact_free(&fact);
}
END_TEST

START_TEST(a_tail_is_the_end)
{
	char *text;
	size_t length;

	ck_assert_int_eq(root_read_tail(root, "number", 4, &text, &length, NULL), 0);
	ck_assert_uint_eq(length, 4);
	ck_assert_str_eq(text, "0de\n");
	free(text);
	ck_assert_int_eq(root_read_tail(root, "number", 100, &text, &length, NULL), 0);
	ck_assert_uint_eq(length, 7);
	ck_assert_str_eq(text, "0x10de\n");
	free(text);
	ck_assert_int_eq(root_read_tail(root, "fifo", 4, &text, &length, NULL), -EINVAL);
	ck_assert_int_eq(root_read_tail(root, "inside", 4, &text, &length, NULL), -EINVAL);
	ck_assert_int_eq(root_read_tail(root, "nothing", 4, &text, &length, NULL), -ENOENT);
	ck_assert_int_eq(root_read_tail(root, "loop", 4, &text, &length, NULL), -ELOOP);
}
END_TEST

START_TEST(listings_leave_out_dot_names)
{
	struct strings names = { 0 };

	ck_assert_int_eq(root_list(root, "inside", &names, NULL), 0);
	ck_assert_uint_eq(names.count, 1);
	strings_free(&names);
	ck_assert_int_eq(root_list(root, "number", &names, NULL), -ENOTDIR);
}
END_TEST

START_TEST(paths_end_so_and_are_sorted)
{
	static const char *const names[] = { "inside/b.conf", "inside/a.conf", "inside/c.conf~" };
	_cleanup_strings_ struct strings paths = { 0 };
	_cleanup_free_ char *joined = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		put(names[i], "");
	ck_assert_int_eq(root_list_paths(root, "nothing", "", &paths, NULL), 0);
	ck_assert_int_eq(root_list_paths(root, "number", "", &paths, NULL), -ENOTDIR);
	ck_assert_uint_eq(paths.count, 0);
	ck_assert_int_eq(root_list_paths(root, "inside", ".conf", &paths, NULL), 0);
	ck_assert_int_eq(root_list_paths(root, "inside", "wd", &paths, NULL), 0);
	joined = strings_join(&paths, " ");
	ck_assert_str_eq(joined, "inside/a.conf inside/b.conf inside/passwd");
}
END_TEST

Suite *root_suite(void)
{
	const TTest *const tests[] = {
		links_stay_inside,
		what_is_no_file_is_an_error_with_its_path,
		size_is_bounded,
		a_tail_is_the_end,
		a_line_ends_with_its_newline,
		numbers_are_whole,
		a_fact_is_read_once,
		listings_leave_out_dot_names,
		paths_end_so_and_are_sorted,
		NULL,
	};
	Suite *suite = suite_create("root");
	TCase *tcase = tcase_create("root");

	tcase_add_checked_fixture(tcase, make_root, remove_root);
	for (size_t i = 0; tests[i]; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
