/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing files below the root. A file is written whole or not at all: a temporary file beside it,
 * flushed, renamed over it, and the folder flushed. Paths are as in root.h.
 */
#ifndef GPUCHECK_HOST_FILES_ROOT_WRITE_H
#define GPUCHECK_HOST_FILES_ROOT_WRITE_H

#include "host/files/root.h"

#include <sys/types.h>

/* Where a path leads once links of its last component are followed inside the root; the path itself
 * when it is no link or nothing is there. The caller frees it. -ELOOP; -EPERM for a link of another
 * user's on the live host. */
int root_follow(struct root *root, const char *path, char **ret, struct error *error);

/*
 * Put text in the place of the file at path, which must be no link. Owner, mode, access list and
 * other extended attributes are those of the file that stood there; a new file belongs to the
 * caller and has `mode`. `temporary` is a name in the same folder; what an earlier try left under
 * it is removed.
 */
int root_put(struct root *root, const char *path, const char *temporary, const char *text,
	     size_t length, mode_t mode, struct error *error);

/* Copy a regular file whole, with owner, mode, times and extended attributes. */
int root_copy(struct root *root, const char *from, const char *to, const char *temporary,
	      struct error *error);

/* A descriptor that adds to the end of a file that only its owner may read, made when missing. */
int root_open_append(struct root *root, const char *path, struct error *error);

/* Both are content with there being nothing to remove; a folder that is not empty stays:
 * -ENOTEMPTY. */
int root_remove(struct root *root, const char *path, struct error *error);
int root_remove_folder(struct root *root, const char *path, struct error *error);

/* -EEXIST when something is there. */
int root_make_folder(struct root *root, const char *path, mode_t mode, struct error *error);

/* Rename within one folder; new must not exist or be a file. */
int root_rename(struct root *root, const char *old, const char *new, struct error *error);

/*
 * Whether files can be written in this folder: -EROFS on a read-only file system, -EACCES without
 * the right, -ENOSPC when fewer than `bytes` are free there.
 */
int root_may_write(struct root *root, const char *folder, unsigned long long bytes,
		   struct error *error);

/*
 * A lock file, made when missing, that only one process holds at a time, until the descriptor is
 * closed. -EWOULDBLOCK while another has it.
 */
int root_lock(struct root *root, const char *path, struct error *error);

/* 1 when another process holds it, 0 when none does or there is no such file, -errno. */
int root_is_locked(struct root *root, const char *path, struct error *error);

#endif
