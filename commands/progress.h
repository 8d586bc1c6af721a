/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the work goes on, on standard error; and the person's wish to stop it. */
#ifndef GPUCHECK_COMMANDS_PROGRESS_H
#define GPUCHECK_COMMANDS_PROGRESS_H

#include "base/teller.h"
#include "engine/options.h"

/*
 * Of looking at the host: a line that moves, from the second second on, and is gone when the work
 * is over. NULL with --quiet, or where standard error is no terminal on which a line can move.
 */
const struct teller *progress_of_looking(const struct options *options);

/*
 * Of changing it: what begins and how it ended stays on the screen, or in the log. From here on an
 * interrupt (Ctrl-C, SIGTERM) is a wish that the teller passes on, and the loss of the terminal is
 * none at all: a host that is changed over SSH is not left half-way.
 */
const struct teller *progress_begin(void);
void progress_end(void);

#endif
