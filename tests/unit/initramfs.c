/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an initramfs image holds: archives written byte by byte, for what no tool writes, and what
 * the host's side makes of the answers. tests/cli has images that real tools made.
 */
#include "host/boot/initramfs.h"
#include "base/alloc.h"
#include "host/programs/initramfs/image.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEADER = 110, FILE_MODE = 0100644, FOLDER_MODE = 040755, LINK_MODE = 0120777 };

struct entry {
	const char *name, *data;
	unsigned mode, links, inode;
};

static void pad(FILE *out)
{
	while (ftell(out) % 4)
		putc('\0', out);
}

static void put_entry(FILE *out, const struct entry *entry)
{
	const char *data = entry->data ? entry->data : "";
	size_t size = strlen(data);

	pad(out);
	fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08zx%08X%08X%08X%08X%08zX%08X", entry->inode,
		entry->mode ? entry->mode : FILE_MODE, 0U, 0U, entry->links ? entry->links : 1, 0U,
		size, 8U, 1U, 0U, 0U, strlen(entry->name) + 1, 0U);
	fwrite(entry->name, 1, strlen(entry->name) + 1, out);
	pad(out);
	fwrite(data, 1, size, out);
}

/* An archive of up to eight entries; a name of NULL ends them. */
static void put_archive(FILE *out, const struct entry entries[8])
{
	for (size_t i = 0; i < 8 && entries[i].name; i++)
		put_entry(out, &entries[i]);
	put_entry(out, &(struct entry){ .name = "TRAILER!!!" });
	pad(out);
}

/* What the program would answer, or the error in *error and NULL. */
static json_t *look_into(const char *image, size_t length, struct error *error)
{
	_cleanup_close_ int descriptor = memfd_create("image", MFD_CLOEXEC);
	struct contents contents = contents_new();
	json_t *answer = NULL;

	ck_assert_int_eq(write(descriptor, image, length), (ssize_t)length);
	if (image_read(descriptor, &contents, error) == 0)
		answer = contents_answer(&contents);
	contents_free(&contents);
	return answer;
}

static char *answer_text(const struct entry first[8], const struct entry second[8])
{
	_cleanup_free_ char *image = NULL;
	struct error error;
	size_t length;
	FILE *out = xmemstream(&image, &length);
	json_t *answer;
	char *text;

	put_archive(out, first);
	if (second)
		put_archive(out, second);
	fclose(out);
	answer = look_into(image, length, &error);
	ck_assert_msg(answer, "%s", error.text);
	text = json_dumps(json_object_get(answer, "files"), JSON_COMPACT);
	json_decref(answer);
	return text;
}

static void check_files(const struct entry first[8], const struct entry second[8],
			const char *expected)
{
	_cleanup_free_ char *text = answer_text(first, second);

	ck_assert_str_eq(text, expected);
}

START_TEST(broken_headers_are_refused)
{
	static const struct entry entries[8] = {
		{ .name = "init" },
		{ .name = "etc/modprobe.d/a.conf", .data = "options vfio-pci ids=1\n" },
	};
	/* Where in the header of the second entry, and what is written there. */
	static const struct {
		size_t at;
		const char *bytes;
		bool good;
	} cases[] = {
		{ 0, "070701", true },     { 0, "070702", true },      { 0, "070707", false },
		{ 0, "070703", false },    { 0, "07070", true },       { 54, "0000001G", false },
		{ 54, "0x000017", false }, { 54, "+0000017", false },  { 54, " 0000017", false },
		{ 54, "FFFFFFFF", false }, { 54, "7fffffff", false },  { 54, "00000019", false },
		{ 94, "FFFFFFFF", false }, { 94, "00000015", false },  { 94, "00000000", false },
		{ 94, "00001001", false }, { 102, "zzzzzzzz", false }, { 102, "ffffFFFF", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *image = NULL;
		size_t length, second = HEADER + sizeof("init") + 1;
		FILE *out = xmemstream(&image, &length);
		struct error error = { 0 };
		json_t *answer;

		put_archive(out, entries);
		fclose(out);
		memcpy(image + second + cases[i].at, cases[i].bytes, strlen(cases[i].bytes));
		answer = look_into(image, length, &error);
		ck_assert_msg(!answer == !cases[i].good, "case %zu: %s", i, error.text);
		ck_assert_int_eq(error.code, cases[i].good ? 0 : -EINVAL);
		json_decref(answer);
	}
}
END_TEST

START_TEST(every_cut_is_seen)
{
	static const struct entry entries[8] = {
		{ .name = "init" },
		{ .name = "etc/modprobe.d/a.conf", .data = "text" },
	};
	_cleanup_free_ char *image = NULL;
	size_t length, whole;
	FILE *out = xmemstream(&image, &length);

	put_archive(out, entries);
	fclose(out);
	whole = length - 3; /* the last three zeros are padding */
	for (size_t cut = 0; cut < length; cut++) {
		struct error error;
		json_t *answer = look_into(image, cut, &error);

		ck_assert_msg(!answer == (cut < whole), "%zu of %zu bytes", cut, length);
		ck_assert(answer || !cut || strstr(error.text, "cut off before byte"));
		json_decref(answer);
	}
}
END_TEST

/* The kernel passes over a name that is longer than any path. */
START_TEST(a_name_too_long_is_passed_over)
{
	_cleanup_free_ char *name = xcalloc(PATH_MAX + 1, 1), *text = NULL;
	struct entry entries[8] = {
		{ .name = "init" },
		{ .name = name, .data = "long" },
		{ .name = "etc/modprobe.d/a.conf", .data = "text" },
	};

	memset(name, 'x', PATH_MAX);
	memcpy(name, "conf/modules/", strlen("conf/modules/"));
	check_files(entries, NULL, "[{\"path\":\"etc/modprobe.d/a.conf\",\"text\":\"text\"}]");
	name[PATH_MAX - 1] = '\0';
	entries[2].name = NULL;
	text = answer_text(entries, NULL);
	ck_assert_ptr_nonnull(strstr(text, "xxx\",\"text\":\"long\"}]"));
}
END_TEST

START_TEST(names_of_one_file_share_its_text)
{
	static const struct entry last[8] = {
		{ .name = "init" },
		{ .name = "etc/modprobe.d/a.conf", .links = 3, .inode = 7 },
		{ .name = "etc/modprobe.d/b.conf", .links = 2, .inode = 8 },
		{ .name = "etc/modprobe.d/c.conf", .links = 3, .inode = 7, .data = "text" },
		{ .name = "usr/share/d", .links = 2, .inode = 8, .data = "other" },
		{ .name = "etc/modprobe.d/e.conf", .links = 3, .inode = 7 },
	};
	/* The next archive numbers its files anew; what nobody gave is not known to be empty. */
	static const struct entry next[8] = {
		{ .name = "conf/modules", .links = 2, .inode = 7 },
		{ .name = "etc/cmdline.d/f.conf", .links = 1, .inode = 8 },
	};

	check_files(last, next,
		    "[{\"path\":\"etc/modprobe.d/a.conf\",\"text\":\"text\"},"
		    "{\"path\":\"etc/modprobe.d/b.conf\",\"text\":\"other\"},"
		    "{\"path\":\"etc/modprobe.d/c.conf\",\"text\":\"text\"},"
		    "{\"path\":\"etc/modprobe.d/e.conf\",\"text\":\"text\"},"
		    "{\"path\":\"conf/modules\",\"text\":null},"
		    "{\"path\":\"etc/cmdline.d/f.conf\",\"text\":\"\"}]");
}
END_TEST

START_TEST(only_straight_paths_and_files_count)
{
	static const struct entry entries[8] = {
		{ .name = "./init" },
		{ .name = "/./etc/modprobe.d/a.conf", .data = "a" },
		{ .name = "etc/modprobe.d/../b.conf", .data = "b" },
		{ .name = "etc/modprobe.d//c.conf", .data = "c" },
		{ .name = "etc/modprobe.d", .mode = FOLDER_MODE, .links = 2 },
		{ .name = "etc/modprobe.d/d.conf", .mode = LINK_MODE, .data = "/dev/null" },
		{ .name = "etc/modprobe.d/e.conf", .data = "e" },
		{ .name = "etc/modprobe.d/./f.conf", .data = "f" },
	};
	static const struct entry later[8] = {
		{ .name = "etc/modprobe.d/a.conf", .data = "new" },
		{ .name = "etc/modprobe.d/e.conf", .mode = LINK_MODE, .data = "/dev/null" },
	};

	check_files(entries, NULL,
		    "[{\"path\":\"etc/modprobe.d/a.conf\",\"text\":\"a\"},"
		    "{\"path\":\"etc/modprobe.d/e.conf\",\"text\":\"e\"}]");
	check_files(entries, later, "[{\"path\":\"etc/modprobe.d/a.conf\",\"text\":\"new\"}]");
}
END_TEST

static char *tree;
static struct host *host;

static void put_image(const char *name, const struct entry entries[8])
{
	_cleanup_free_ char *path = tree_place(tree, name);
	FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	put_archive(out, entries);
	ck_assert_int_eq(fclose(out), 0);
}

static void make_host(void)
{
	tree = tree_make();
	ck_assert_int_eq(host_open(tree, &host, NULL), 0);
}

static void remove_host(void)
{
	host_close(host);
	tree_remove(tree);
}

START_TEST(an_image_is_read)
{
	static const struct entry entries[8] = {
		{ .name = "init" },
		{ .name = "usr/lib/modules/6.1.0/kernel/vfio-pci.ko" },
		{ .name = "usr/lib/modules/6.1.0/kernel/kvm.ko.zst" },
		{ .name = "lib/modules/5.10.0/kernel/kvm.ko.xz" },
		{ .name = "etc/modprobe.d/a.conf", .data = "options vfio-pci ids=1\n" },
		{ .name = "etc/modprobe.d/b.conf", .data = "caf\xe9" },
	};
	struct initramfs image;

	make_host();
	put_image("initrd", entries);
	ck_assert_int_eq(initramfs_read(host, "initrd", &image, NULL), 0);
	ck_assert_uint_eq(image.modules.count, 2);
	ck_assert_str_eq(image.modules.items[0], "kvm");
	ck_assert_str_eq(image.modules.items[1], "vfio_pci");
	ck_assert_uint_eq(image.releases.count, 2);
	ck_assert_str_eq(image.releases.items[0], "5.10.0");
	ck_assert_uint_eq(image.count, 2);
	ck_assert_str_eq(initramfs_find(&image, "etc/modprobe.d/a.conf")->text,
			 "options vfio-pci ids=1\n");
	ck_assert_ptr_null(initramfs_find(&image, "etc/modprobe.d/b.conf")->text);
	ck_assert_ptr_null(initramfs_find(&image, "etc/modprobe.d/c.conf"));
	initramfs_free(&image);
	initramfs_free(&image);
	initramfs_free(NULL);
	remove_host();
}
END_TEST

START_TEST(what_is_no_image_says_why)
{
	static const struct entry no_init[8] = { { .name = "etc/modprobe.d/a.conf" } };
	struct initramfs image = { .count = 42 };
	struct error error;

	make_host();
	ck_assert_int_eq(initramfs_read(host, "initrd", &image, &error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error.text, "/initrd: "));
	put_image("initrd", no_init);
	ck_assert_int_eq(initramfs_read(host, "initrd", &image, &error), -EINVAL);
	ck_assert_str_eq(error.text, "/initrd: no /init in it: empty, cut off, or no initramfs");
	ck_assert_int_eq(initramfs_read(host, "caf\xe9", &image, &error), -EINVAL);
	ck_assert_uint_eq(image.count, 42);
	remove_host();
}
END_TEST

Suite *initramfs_suite(void)
{
	const TTest *const tests[] = {
		broken_headers_are_refused,          every_cut_is_seen,
		a_name_too_long_is_passed_over,      names_of_one_file_share_its_text,
		only_straight_paths_and_files_count, an_image_is_read,
		what_is_no_image_says_why,           NULL,
	};

	return suite_of("initramfs", tests);
}
