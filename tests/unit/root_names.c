/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names, folders, links and locks below a root: never outside of it. */
#include "base/alloc.h"
#include "host/files/root_write.h"
#include "tests/unit/suites.h"
#include "tests/unit/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, TEST_SECONDS = 30 };

static char *tree;
static struct root *root;

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

static mode_t mode_of(const char *path)
{
	return tree_status(tree, path).st_mode & 07777;
}

static void expect_text(const char *path, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(root_read(root, path, 1 << 20, &text, NULL, NULL), 0);
	ck_assert_str_eq(text, expected);
}

START_TEST(removing_is_content_with_nothing)
{
	struct error error;

	tree_put(tree, "folder/file", "");
	tree_link(tree, "folder/link", "file");
	ck_assert_int_eq(root_remove(root, "folder/link", NULL), 0);
	ck_assert(tree_has(tree, "folder/file"));
	ck_assert_int_eq(root_remove_folder(root, "folder", &error), -ENOTEMPTY);
	ck_assert_ptr_nonnull(strstr(error.text, "/folder"));
	ck_assert_int_eq(root_remove(root, "folder", NULL), -EISDIR);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(root_remove(root, "folder/file", NULL), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(root_remove_folder(root, "folder", NULL), 0);
	ck_assert_int_eq(root_remove(root, "folder/file", NULL), 0);
	ck_assert(!tree_has(tree, "folder"));
}
END_TEST

START_TEST(folders_have_the_mode_that_was_said)
{
	struct error error;

	ck_assert_int_eq(root_make_folder(root, "folder", 0755, NULL), 0);
	ck_assert_int_eq(mode_of("folder"), 0755);
	ck_assert_int_eq(root_make_folder(root, "folder", 0700, &error), -EEXIST);
	ck_assert_ptr_nonnull(strstr(error.text, "/folder"));
	ck_assert_int_eq(mode_of("folder"), 0755);
	ck_assert_int_eq(root_make_folder(root, "nowhere/folder", 0755, NULL), -ENOENT);
}
END_TEST

START_TEST(renaming_replaces_a_file)
{
	tree_put(tree, "folder/old", "old\n");
	tree_put(tree, "folder/new", "new\n");
	ck_assert_int_eq(root_rename(root, "folder/old", "folder/new", NULL), 0);
	expect_text("folder/new", "old\n");
	ck_assert(!tree_has(tree, "folder/old"));
	ck_assert_int_eq(root_rename(root, "folder", "other", NULL), 0);
	expect_text("other/new", "old\n");
	ck_assert_int_eq(root_rename(root, "folder", "third", NULL), -ENOENT);
}
END_TEST

static void expect_followed(const char *path, const char *expected)
{
	_cleanup_free_ char *found = NULL;

	ck_assert_int_eq(root_follow(root, path, &found, NULL), 0);
	ck_assert_str_eq(found, expected);
}

START_TEST(links_are_followed_inside)
{
	char *found = NULL;

	tree_put(tree, "folder/file", "text\n");
	tree_link(tree, "absolute", "/folder/file");
	tree_link(tree, "relative", "folder/file");
	tree_link(tree, "folder/up", "../absolute");
	tree_link(tree, "dangling", "folder/nothing");
	tree_link(tree, "round", "circle");
	tree_link(tree, "circle", "/round");
	expect_followed("folder/file", "folder/file");
	expect_followed("nothing", "nothing");
	expect_followed("absolute", "folder/file");
	expect_followed("relative", "./folder/file");
	expect_followed("folder/up", "folder/file");
	expect_followed("dangling", "./folder/nothing");
	ck_assert_int_eq(root_follow(root, "round", &found, NULL), -ELOOP);
	ck_assert_ptr_null(found);
}
END_TEST

START_TEST(nothing_outside_can_be_reached)
{
	static const char *const links[] = { "../outside/file", "../../../../../outside/file",
					     "/../outside/file", "inside/../../outside/file" };
	_cleanup_free_ char *inside = tree_place(tree, "root");
	struct root *inner;

	tree_put(tree, "outside/file", "outside\n");
	tree_put(tree, "root/inside/.keep", "");
	tree_link(tree, "root/escape", "../outside");
	ck_assert_int_eq(root_open(inside, &inner, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		_cleanup_free_ char *name = xasprintf("root/link%zu", i), *path = NULL;

		tree_link(tree, name, links[i]);
		ck_assert_int_eq(root_follow(inner, name + strlen("root/"), &path, NULL), 0);
		ck_assert_int_eq(root_put(inner, path, ".file", "x", 1, 0644, NULL), -ENOENT);
		ck_assert_int_eq(root_remove(inner, path, NULL), 0);
	}
	ck_assert_int_eq(root_put(inner, "escape/file", ".file", "x", 1, 0644, NULL), -ENOENT);
	ck_assert_int_eq(root_make_folder(inner, "../escaped", 0755, NULL), 0);
	ck_assert(tree_has(tree, "root/escaped"));
	root_close(inner);
	expect_text("outside/file", "outside\n");
}
END_TEST

START_TEST(missing_rights_are_seen)
{
	_cleanup_free_ char *place = tree_place(tree, "closed");
	int status;
	pid_t child;

	tree_put(tree, "closed/file", "");
	ck_assert_int_eq(chmod(place, 0755), 0);
	ck_assert_int_eq(chmod(tree, 0755), 0);
	child = fork();
	if (child == 0) {
		/* Only root may become nobody; who is not has no right to root's folder. */
		int r = setresuid(NOBODY, NOBODY, NOBODY) == 0
				? root_may_write(root, "closed", 1, NULL)
				: -EACCES;

		_exit(r == -EACCES && (geteuid() != NOBODY ||
				       root_lock(root, "closed/lock", NULL) == -EACCES)
			      ? 0
			      : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(a_lock_is_held_by_one)
{
	int lock, status;
	pid_t child;

	ck_assert_int_eq(root_is_locked(root, "lock", NULL), 0);
	lock = root_lock(root, "lock", NULL);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(mode_of("lock"), 0600);
	ck_assert_int_eq(fcntl(lock, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(root_lock(root, "lock", NULL), -EWOULDBLOCK);
	ck_assert_int_eq(root_is_locked(root, "lock", NULL), 1);
	/* A child that has the descriptor holds it on. */
	child = fork();
	if (child == 0) {
		usleep(500000);
		_exit(0);
	}
	close(lock);
	ck_assert_int_eq(root_is_locked(root, "lock", NULL), 1);
	ck_assert_int_eq(root_lock(root, "lock", NULL), -EWOULDBLOCK);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(root_is_locked(root, "lock", NULL), 0);
	lock = root_lock(root, "lock", NULL);
	ck_assert_int_ge(lock, 0);
	close(lock);
	tree_link(tree, "link", "lock");
	ck_assert_int_eq(root_lock(root, "link", NULL), -ELOOP);
}
END_TEST

START_TEST(looking_at_a_lock_does_not_take_it)
{
	int status;
	pid_t child;

	tree_put(tree, "lock", "");
	child = fork();
	if (child == 0)
		for (;;)
			root_is_locked(root, "lock", NULL);
	for (int i = 0; i < 20000; i++) {
		int lock = root_lock(root, "lock", NULL);

		ck_assert_msg(lock >= 0, "after %d times", i);
		close(lock);
	}
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
}
END_TEST

Suite *root_names_suite(void)
{
	const TTest *const tests[] = {
		removing_is_content_with_nothing,
		folders_have_the_mode_that_was_said,
		renaming_replaces_a_file,
		links_are_followed_inside,
		nothing_outside_can_be_reached,
		missing_rights_are_seen,
		a_lock_is_held_by_one,
		looking_at_a_lock_does_not_take_it,
		NULL,
	};
	Suite *suite = suite_create("root_names");
	TCase *tcase = tcase_create("root_names");

	tcase_set_timeout(tcase, TEST_SECONDS);
	tcase_add_checked_fixture(tcase, make, unmake);
	for (size_t i = 0; tests[i]; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	return suite;
}
