/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing files below a root: whole or not at all, with all that the old one had. */
#include "host/files/root_write.h"
#include "base/alloc.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define TEMPORARY   ".file.gpucheck-1"
#define ACCESS_LIST "system.posix_acl_access"

static char *tree;
static struct root *root;

/* In the place of libc's: it may take less than it is given, as a disk that fills up does. */
static size_t most_at_once = SIZE_MAX;

ssize_t write(int descriptor, const void *text, size_t length)
{
	return syscall(SYS_write, descriptor, text, length < most_at_once ? length : most_at_once);
}

static void make(void)
{
	tree = tree_make();
	ck_assert_int_eq(root_open(tree, &root, NULL), 0);
	umask(077);
}

static void unmake(void)
{
	root_close(root);
	tree_remove(tree);
}

static void expect_text(const char *path, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(root_read(root, path, 1 << 20, &text, NULL, NULL), 0);
	ck_assert_str_eq(text, expected);
}

static int put(const char *path, const char *text, struct error *error)
{
	return root_put(root, path, TEMPORARY, text, strlen(text), 0644, error);
}

/* Whether the file system of the tests keeps this attribute. */
static bool set_attribute(const char *path, const char *name, const void *value, size_t size)
{
	_cleanup_free_ char *place = tree_place(tree, path);

	return setxattr(place, name, value, size, 0) == 0;
}

static ssize_t get_attribute(const char *path, const char *name, char *value, size_t size)
{
	_cleanup_free_ char *place = tree_place(tree, path);

	return getxattr(place, name, value, size);
}

/* As acl(5) has them, in the kernel's form: version 2; tag, rights, id; in little endian. */
static const unsigned char access_list[] = {
	2,    0, 0, 0,                         /* */
	1,    0, 6, 0, 0xff, 0xff, 0xff, 0xff, /* u::rw- */
	2,    0, 4, 0, 0xd2, 0x04, 0,    0,    /* u:1234:r-- */
	4,    0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* g::r-- */
	0x10, 0, 4, 0, 0xff, 0xff, 0xff, 0xff, /* m::r-- */
	0x20, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, /* o::--- */
};

/* A file that has everything a file may have. */
static void put_odd(const char *path)
{
	_cleanup_free_ char *place = tree_place(tree, path);
	const struct timespec times[2] = { { 1000000000, 5 }, { 1100000000, 123456789 } };

	tree_put(tree, path, "old\n");
	ck_assert_int_eq(chmod(place, 0640), 0);
	set_attribute(path, "user.note", "kept", 4);
	set_attribute(path, ACCESS_LIST, access_list, sizeof(access_list));
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(place, 1234, 4321), 0);
		ck_assert_int_eq(chmod(place, 06640), 0);
	}
	ck_assert_int_eq(utimensat(AT_FDCWD, place, times, 0), 0);
}

static void expect_odd(const char *path, const struct stat *before)
{
	struct stat now = tree_status(tree, path);
	char value[64];

	ck_assert_int_eq(now.st_mode, before->st_mode);
	ck_assert_int_eq(now.st_uid, before->st_uid);
	ck_assert_int_eq(now.st_gid, before->st_gid);
	if (get_attribute("like", "user.note", value, sizeof(value)) > 0)
		ck_assert_int_eq(get_attribute(path, "user.note", value, sizeof(value)), 4);
	if (get_attribute("like", ACCESS_LIST, value, sizeof(value)) > 0) {
		ck_assert_int_eq(get_attribute(path, ACCESS_LIST, value, sizeof(value)),
				 sizeof(access_list));
		ck_assert_mem_eq(value, access_list, sizeof(access_list));
	}
}

START_TEST(a_new_file_has_the_mode_that_was_said)
{
	tree_put(tree, "folder/.keep", "");
	ck_assert_int_eq(put("folder/file", "text\n", NULL), 0);
	expect_text("folder/file", "text\n");
	ck_assert_int_eq(tree_status(tree, "folder/file").st_mode & 07777, 0644);
	ck_assert(!tree_has(tree, "folder/" TEMPORARY));
	/* Whatever bytes. */
	ck_assert_int_eq(root_put(root, "file", TEMPORARY, "a\0b", 3, 0755, NULL), 0);
	ck_assert_int_eq(tree_status(tree, "file").st_size, 3);
	ck_assert_int_eq(tree_status(tree, "file").st_mode & 07777, 0755);
}
END_TEST

START_TEST(a_replaced_file_keeps_all_but_its_text)
{
	struct stat before;

	put_odd("like");
	put_odd("file");
	before = tree_status(tree, "file");
	ck_assert_int_eq(put("file", "new\n", NULL), 0);
	expect_text("file", "new\n");
	expect_odd("file", &before);
	ck_assert_uint_ne(tree_status(tree, "file").st_ino, before.st_ino);
	ck_assert_int_ne(tree_status(tree, "file").st_mtim.tv_sec, before.st_mtim.tv_sec);
}
END_TEST

START_TEST(an_access_list_of_the_folder_is_not_the_files)
{
	char value[64];
	mode_t before;

	tree_put(tree, "folder/file", "old\n");
	before = tree_status(tree, "folder/file").st_mode;
	if (!set_attribute("folder", "system.posix_acl_default", access_list, sizeof(access_list)))
		return;
	ck_assert_int_eq(put("folder/file", "new\n", NULL), 0);
	ck_assert_int_lt(get_attribute("folder/file", ACCESS_LIST, value, sizeof(value)), 0);
	ck_assert_int_eq(tree_status(tree, "folder/file").st_mode, before);
	ck_assert_int_eq(root_copy(root, "folder/file", "folder/copy", TEMPORARY, NULL), 0);
	ck_assert_int_lt(get_attribute("folder/copy", ACCESS_LIST, value, sizeof(value)), 0);
}
END_TEST

START_TEST(what_an_earlier_try_left_is_removed)
{
	_cleanup_free_ char *place = tree_place(tree, TEMPORARY);

	tree_put(tree, TEMPORARY, "half a li");
	ck_assert_int_eq(chmod(place, 0400), 0);
	ck_assert_int_eq(put("file", "new\n", NULL), 0);
	expect_text("file", "new\n");
	ck_assert(!tree_has(tree, TEMPORARY));
	/* A link there leads nowhere. */
	tree_put(tree, "other", "other\n");
	tree_link(tree, TEMPORARY, "other");
	ck_assert_int_eq(put("file", "newer\n", NULL), 0);
	expect_text("other", "other\n");
}
END_TEST

START_TEST(a_write_that_takes_less_goes_on)
{
	most_at_once = 3;
	ck_assert_int_eq(put("file", "0123456789\n", NULL), 0);
	ck_assert_int_eq(root_copy(root, "file", "copy", TEMPORARY, NULL), 0);
	most_at_once = SIZE_MAX;
	expect_text("file", "0123456789\n");
	expect_text("copy", "0123456789\n");
}
END_TEST

START_TEST(a_write_that_fails_changes_nothing)
{
	const struct rlimit limit = { 4, RLIM_INFINITY };
	struct error error;

	tree_put(tree, "file", "old\n");
	tree_put(tree, "long", "0123456789\n");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(put("file", "0123456789\n", &error), -EFBIG);
	ck_assert_ptr_nonnull(strstr(error.text, "/file"));
	ck_assert_int_eq(put("new", "0123456789\n", &error), -EFBIG);
	ck_assert_int_eq(root_copy(root, "long", "file", TEMPORARY, &error), -EFBIG);
	expect_text("file", "old\n");
	ck_assert(!tree_has(tree, "new"));
	ck_assert(!tree_has(tree, TEMPORARY));
}
END_TEST

START_TEST(only_files_are_replaced)
{
	_cleanup_free_ char *fifo = tree_place(tree, "fifo");
	struct error error;

	tree_put(tree, "folder/file", "");
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(put("folder", "", &error), -EINVAL);
	ck_assert_int_eq(put("fifo", "", &error), -EINVAL);
	ck_assert_int_eq(put("nowhere/file", "", &error), -ENOENT);
	ck_assert_ptr_nonnull(strstr(error.text, "/nowhere"));
	ck_assert_int_eq(put("folder/file/x", "", &error), -ENOTDIR);
	ck_assert_int_eq(root_copy(root, "nothing", "copy", TEMPORARY, &error), -ENOENT);
	ck_assert_int_eq(root_copy(root, "folder", "copy", TEMPORARY, &error), -EINVAL);
	ck_assert(!tree_has(tree, "copy"));
}
END_TEST

START_TEST(a_copy_is_the_file_again)
{
	struct stat before, now;

	put_odd("like");
	before = tree_status(tree, "like");
	tree_put(tree, "copy", "something else\n");
	ck_assert_int_eq(root_copy(root, "like", "copy", TEMPORARY, NULL), 0);
	expect_text("copy", "old\n");
	expect_odd("copy", &before);
	now = tree_status(tree, "copy");
	ck_assert_int_eq(now.st_mtim.tv_sec, before.st_mtim.tv_sec);
	ck_assert_int_eq(now.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	ck_assert(!tree_has(tree, TEMPORARY));
}
END_TEST

START_TEST(appending_makes_a_private_file)
{
	for (int i = 0; i < 2; i++) {
		_cleanup_close_ int descriptor = root_open_append(root, "output", NULL);

		ck_assert_int_ge(descriptor, 0);
		ck_assert_int_eq(write(descriptor, "line\n", 5), 5);
	}
	expect_text("output", "line\nline\n");
	ck_assert_int_eq(tree_status(tree, "output").st_mode & 07777, 0600);
	tree_link(tree, "link", "output");
	ck_assert_int_eq(root_open_append(root, "link", NULL), -ELOOP);
}
END_TEST

/* A file system of its own at a folder of the tree; false, and said, where none may be mounted. */
static bool mount_at(const char *path, const char *options, unsigned long flags)
{
	_cleanup_free_ char *place = tree_place(tree, path);

	ck_assert_int_eq(mkdir(place, 0755), 0);
	if (unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("none", place, "tmpfs", flags, options) == 0) {
		/* The old descriptor shows what was mounted before. */
		root_close(root);
		ck_assert_int_eq(root_open(tree, &root, NULL), 0);
		return true;
	}
	fprintf(stderr, "skipped: no file system for a test can be mounted: %s\n", strerror(errno));
	return false;
}

static void unmount(const char *path)
{
	_cleanup_free_ char *place = tree_place(tree, path);

	root_close(root);
	ck_assert_int_eq(umount(place), 0);
	ck_assert_int_eq(root_open(tree, &root, NULL), 0);
}

START_TEST(room_is_looked_at_before)
{
	struct error error;

	ck_assert_int_eq(root_may_write(root, ".", 1, NULL), 0);
	ck_assert_int_eq(root_may_write(root, "nothing", 1, NULL), -ENOENT);
	ck_assert_int_eq(root_may_write(root, ".", 1ULL << 62, NULL), -ENOSPC);
	if (!mount_at("small", "size=64k", 0))
		return;
	ck_assert_int_eq(root_may_write(root, "small", 32 << 10, NULL), 0);
	ck_assert_int_eq(root_may_write(root, "small", 1 << 20, &error), -ENOSPC);
	ck_assert_str_eq(error.text, "/small: 1024 KiB are needed there, 64 KiB are free");
	unmount("small");
}
END_TEST

START_TEST(a_full_disk_changes_nothing)
{
	_cleanup_free_ char *text = xcalloc(128 << 10, 1);
	struct error error;

	if (!mount_at("small", "size=64k", 0))
		return;
	tree_put(tree, "small/file", "old\n");
	memset(text, 'x', (128 << 10) - 1);
	ck_assert_int_eq(put("small/file", text, &error), -ENOSPC);
	ck_assert_ptr_nonnull(strstr(error.text, "/small/file"));
	expect_text("small/file", "old\n");
	ck_assert(!tree_has(tree, "small/" TEMPORARY));
	unmount("small");
}
END_TEST

START_TEST(a_read_only_disk_is_seen)
{
	if (!mount_at("fixed", "size=64k", MS_RDONLY))
		return;
	ck_assert_int_eq(root_may_write(root, "fixed", 1, NULL), -EROFS);
	ck_assert_int_eq(put("fixed/file", "", NULL), -EROFS);
	ck_assert_int_eq(root_make_folder(root, "fixed/folder", 0755, NULL), -EROFS);
	unmount("fixed");
}
END_TEST

Suite *root_write_suite(void)
{
	const TTest *const tests[] = {
		a_new_file_has_the_mode_that_was_said,
		a_replaced_file_keeps_all_but_its_text,
		an_access_list_of_the_folder_is_not_the_files,
		what_an_earlier_try_left_is_removed,
		a_write_that_takes_less_goes_on,
		a_write_that_fails_changes_nothing,
		only_files_are_replaced,
		a_copy_is_the_file_again,
		appending_makes_a_private_file,
		room_is_looked_at_before,
		a_full_disk_changes_nothing,
		a_read_only_disk_is_seen,
		NULL,
	};
	Suite *suite = suite_create("root_write");
	TCase *tcase = tcase_create("root_write");

	tcase_set_timeout(tcase, 30);
	tcase_add_checked_fixture(tcase, make, unmake);
	for (size_t i = 0; tests[i]; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
