/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small root in a temporary folder, for one test. */
#include "tests/unit/tree.h"
#include "base/alloc.h"

#include <check.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *tree_make(void)
{
	char *tree = xstrdup("/tmp/gpucheck-unit-XXXXXX");

	ck_assert_ptr_nonnull(mkdtemp(tree));
	return tree;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status, (void)kind, (void)at;
	return remove(path);
}

void tree_remove(char *tree)
{
	nftw(tree, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(tree);
}

char *tree_place(const char *tree, const char *path)
{
	return xasprintf("%s/%s", tree, path);
}

/* The whole path of a file to be, whose folders are made. */
static char *make_room(const char *tree, const char *path)
{
	char *whole = tree_place(tree, path);

	for (char *slash = whole + strlen(tree) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	return whole;
}

void tree_put(const char *tree, const char *path, const char *text)
{
	_cleanup_free_ char *whole = make_room(tree, path);
	_cleanup_fclose_ FILE *file = fopen(whole, "w");

	ck_assert_msg(file, "%s", whole);
	fputs(text, file);
}

void tree_link(const char *tree, const char *path, const char *target)
{
	_cleanup_free_ char *whole = make_room(tree, path);

	ck_assert_int_eq(symlink(target, whole), 0);
}

struct stat tree_status(const char *tree, const char *path)
{
	_cleanup_free_ char *place = tree_place(tree, path);
	struct stat status;

	ck_assert_msg(lstat(place, &status) == 0, "%s", place);
	return status;
}

bool tree_has(const char *tree, const char *path)
{
	_cleanup_free_ char *place = tree_place(tree, path);
	struct stat status;

	return lstat(place, &status) == 0;
}
