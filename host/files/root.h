/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The door to the machine's files: everything is opened below one directory, "/" or a recorded
 * host's, and no link leads out of it (openat2(2), RESOLVE_IN_ROOT).
 *
 * Paths are the host's own without the leading slash: "proc/cmdline".
 */
#ifndef GPUCHECK_HOST_FILES_ROOT_H
#define GPUCHECK_HOST_FILES_ROOT_H

#include "base/error.h"
#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>

struct root;

/*
 * directory NULL is "/", the live host. -ENOENT, -ENOTDIR, -EACCES, -ENOSYS (kernel before 5.6).
 * What could not be read when a directory was recorded (unreadable.h) cannot be read below it
 * either.
 */
int root_open(const char *directory, struct root **ret, struct error *error);
void root_close(struct root *root);

/* True for the machine the program runs on, false for a directory that stands for a host. */
bool root_is_live(const struct root *root);

/* What is not there is known not to be there: on the live host, and below a record that says so. */
bool root_is_whole(const struct root *root);

/* What a record tells of itself (unreadable.h) could not be read: whatever is missing is an error.
 */
bool root_is_spoilt(const struct root *root);

/* The directory as root_open got it, for a program that opens it anew; NULL is "/". The root's. */
const char *root_directory(const struct root *root);

/*
 * Whole content of a regular file, a NUL behind it; the caller frees *ret. *ret_length may be NULL.
 * -ENOENT when there is none; -ESTALE when it went away while it was read; -EFBIG above limit
 * bytes; -EINVAL for what is no regular file.
 */
int root_read(struct root *root, const char *path, size_t limit, char **ret, size_t *ret_length,
	      struct error *error);

/*
 * Count what was read and is kept. Below a directory all of it has a limit, since one may have been
 * made to fill our memory: -EFBIG above that.
 */
int root_keep(struct root *root, const char *path, size_t length, struct error *error);

/*
 * root_read_text of what a listing of its folder has. -ENOENT is only for a link that leads
 * nowhere; what is gone since, or kept from us, is -ESTALE.
 */
int root_read_listed(struct root *root, const char *path, size_t limit, char **ret,
		     struct error *error);

/* For r of whatever else was tried with such a path: -ENOENT becomes -ESTALE in the same way. */
int root_listed(struct root *root, const char *path, int r, struct error *error);

/* root_read for a file that is text: a NUL byte in it is -EINVAL. */
int root_read_text(struct root *root, const char *path, size_t limit, char **ret,
		   struct error *error);

/*
 * A file of one line, as sysfs has a file for each number, read where it costs no memory: into
 * line, without its newline. Its newline is its end: nothing is asked for behind it. Else as
 * root_read, limit being size - 1; a NUL byte in it is -EINVAL.
 */
int root_read_line(struct root *root, const char *path, char *line, size_t size,
		   struct error *error);

/* The last limit bytes of a regular file, or all of a shorter one; else as root_read. */
int root_read_tail(struct root *root, const char *path, size_t limit, char **ret,
		   size_t *ret_length, struct error *error);

/* The text of a symbolic link; the caller frees it. -ENOENT, -EINVAL when it is no link. */
int root_read_link(struct root *root, const char *path, char **ret, struct error *error);

/*
 * Names in a directory, unsorted; -ENOENT, -ENOTDIR, -ESTALE as root_read, -EFBIG above 2^20 names,
 * below a directory above 69,632. Names that begin with a dot are left out: no directory we read
 * gives them a meaning, and a recorded host keeps its empty directories in git with such a file.
 */
int root_list(struct root *root, const char *path, struct strings *ret, struct error *error);

/*
 * Adds the paths, sorted, of what a directory has whose names end so ("" for all): FOLDER/NAME. A
 * directory that is not there has none; -EFBIG above 4,096 of them; else as root_list.
 */
int root_list_paths(struct root *root, const char *folder, const char *ending, struct strings *list,
		    struct error *error);

/* 1 when the path leads to something, 0 when it does not, -errno when that cannot be told. */
int root_exists(struct root *root, const char *path, struct error *error);

/* A descriptor of a file that is no FIFO, device or folder, for a library that reads by itself. */
int root_open_regular(struct root *root, const char *path, struct error *error);

/* A descriptor of whatever it is; flags as for open(2). -errno. */
int root_open_file(struct root *root, const char *path, int flags, struct error *error);

#endif
