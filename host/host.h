/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host that is judged: this machine, or one below a directory. Facts are read when asked for.
 */
#ifndef GPUCHECK_HOST_HOST_H
#define GPUCHECK_HOST_HOST_H

#include "base/error.h"
#include "base/teller.h"

#include <stdbool.h>

struct host;
struct root;

/* directory NULL is this machine. Errors as root_open. */
int host_open(const char *directory, struct host **ret, struct error *error);
void host_close(struct host *host);

/* Its files, for what is read whole and replaced whole (root.h, root_write.h). The host's. */
struct root *host_root(struct host *host);

/* True for the machine the program runs on: devices can be tried, not only read about. */
bool host_is_live(const struct host *host);

/*
 * Whether what is not there is known not to be there: on this machine, and below a root that
 * --record wrote of one. Of any other root a file that is missing may only not be recorded.
 */
bool host_is_whole(const struct host *host);

/* Its name: uname's on this machine, etc/hostname below a directory, "unknown" when neither says.
 */
const char *host_name(struct host *host);

/* Who is told of what takes long from here on; NULL, as at first: nobody. */
void host_tell(struct host *host, const struct teller *teller);
const struct teller *host_teller(const struct host *host);

/* The text of its etc/gpucheck.conf; NULL in *ret when it has none. The caller frees it. */
int host_configuration(struct host *host, char **ret, struct error *error);

/*
 * -EPERM where root runs us, and another user may change that file, or the one of `file`, which is
 * the user's path: then he could say what root does. Else 0.
 */
int host_guard_configuration(const struct host *host, const char *file, struct error *error);

/* The text of a file the user named on the command line: by his path, not below a root. */
int host_user_file(const char *path, char **ret, struct error *error);

#endif
