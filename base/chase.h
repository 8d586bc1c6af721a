/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Following a path step by step, so that each folder and link on the way can be judged. */
#ifndef GPUCHECK_BASE_CHASE_H
#define GPUCHECK_BASE_CHASE_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/stat.h>

/* Where a path ends. */
struct chased {
	int folder; /* O_PATH, with O_CLOEXEC */
	char *name; /* in that folder, and no link; "" for the folder itself. It may be missing. */
};

/*
 * Follow a path of the caller's as the kernel does. A link must be root's or the caller's own:
 * whoever else made it would choose for us (-EPERM). The kernel asks that in sticky folders alone,
 * and only of who follows no link by hand (proc(5), protected_symlinks). With `guarded` that holds
 * of every folder on the way and of what is at the end too, and nobody else may write them. The
 * error does not name the path.
 */
int chase(const char *path, bool guarded, struct chased *ret, struct error *error);
void chased_free(struct chased *chased);

#define _cleanup_chased_ _cleanup_(chased_free)

/* Root's, or the caller's own. */
bool is_our_own(const struct stat *status);

/* A user that is neither may write it; the group root is root. */
bool is_open_to_others(const struct stat *status);

#endif
