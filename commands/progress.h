/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the work goes on, on standard error; and the person's wish to stop it. */
#ifndef GPUCHECK_COMMANDS_PROGRESS_H
#define GPUCHECK_COMMANDS_PROGRESS_H

#include "plan/teller.h"

/*
 * From here on an interrupt (Ctrl-C, SIGTERM) is a wish that the teller passes on, and the loss of
 * the terminal is none at all: a host that is changed over SSH is not left half-way.
 */
const struct teller *progress_begin(void);
void progress_end(void);

#endif
