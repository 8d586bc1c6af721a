/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that make a change known to the boot loader and the initramfs. */
#ifndef GPUCHECK_PLAN_FOLLOW_UP_H
#define GPUCHECK_PLAN_FOLLOW_UP_H

#include "plan/record.h"
#include "plan/teller.h"

/*
 * Run a record's commands in order; what they print is kept with it. Stops at the first that fails:
 * -EIO with the command, its status and the last line it printed. -ECANCELED when the person
 * stopped it (between two commands; one that runs is let finish).
 */
int follow_up(struct host *host, const struct record *record, int lock, const struct teller *teller,
	      struct error *error);

#endif
