/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small root in a temporary folder, for one test. */
#ifndef GPUCHECK_TESTS_UNIT_TREE_H
#define GPUCHECK_TESTS_UNIT_TREE_H

#include <stdbool.h>
#include <sys/stat.h>

/* A new empty folder; the caller removes it with tree_remove, which frees the path too. */
char *tree_make(void);
void tree_remove(char *tree);

/* A file, or a link, with the folders above it. */
void tree_put(const char *tree, const char *path, const char *text);
void tree_link(const char *tree, const char *path, const char *target);

/* The path on this machine of one in the tree; the caller frees it. */
char *tree_place(const char *tree, const char *path);

/* Of what is at the path itself, be it a link; it must be there. */
struct stat tree_status(const char *tree, const char *path);
bool tree_has(const char *tree, const char *path);

#endif
