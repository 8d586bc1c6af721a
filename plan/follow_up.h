/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that make a change known to the boot loader and the initramfs. */
#ifndef GPUCHECK_PLAN_FOLLOW_UP_H
#define GPUCHECK_PLAN_FOLLOW_UP_H

#include "base/teller.h"
#include "plan/record.h"

/*
 * Run commands in order; what they print is kept in the file output, a path below the root. Stops
 * at the first that fails: -EIO with the command, its status and the last line it printed.
 * -ECANCELED when the person stopped it (between two commands; one that runs is let finish). lock:
 * the state folder's, which a command holds until it ends.
 */
int follow_up(struct host *host, const struct command *commands, size_t count, const char *output,
	      int lock, const struct teller *teller, struct error *error);

/* The commands of a record; what they print is kept with it. */
int follow_up_record(struct host *host, const struct record *record, int lock,
		     const struct teller *teller, struct error *error);

#endif
