/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the host's own (update-grub, update-initramfs), run without a shell. */
#ifndef GPUCHECK_HOST_PROCESS_COMMAND_H
#define GPUCHECK_HOST_PROCESS_COMMAND_H

#include "base/error.h"
#include "base/strings.h"

struct command {
	struct strings words; /* the first is an absolute path */
	unsigned seconds;     /* time limit; its whole session is killed behind it */
	int inherited[2];     /* descriptors that it gets under the same numbers */
	size_t inherited_count;
};

/* Who wants to know how it goes. */
struct command_watch {
	/* Once a second, and once at the end; seconds since the start. */
	void (*tick)(void *data, unsigned seconds);
	void *data;
	int output; /* descriptor that gets its standard output and error */
	int keep;   /* descriptor that it holds open until it ends, -1 for none */
};

/*
 * Run it with a clean environment, no input, no descriptor but those named, and a session of its
 * own, so that an interrupt of the terminal does not reach it. Its exit status (a signal counts as
 * 128 and its number); -ETIMEDOUT, or -errno when it could not be started or waited for. SIGCHLD
 * is set to its default.
 */
int command_run(const struct command *command, const struct command_watch *watch,
		struct error *error);

/* The standard output of a command of this program's own use (diff), up to limit bytes. */
int command_read(const struct command *command, size_t limit, char **ret, int *ret_status,
		 struct error *error);

/* "update-grub", as a person would type it; the caller frees it. */
char *command_text(const struct command *command);

void command_free(struct command *command);

#endif
