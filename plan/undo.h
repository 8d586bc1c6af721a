/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking an applied plan back. */
#ifndef GPUCHECK_PLAN_UNDO_H
#define GPUCHECK_PLAN_UNDO_H

#include "base/teller.h"
#include "plan/record.h"

/*
 * Put every file and definition back that still is as the plan left it, then run its commands again
 * (not below a root). What someone changed since stays, and is named in *left, a sentence each.
 * The caller holds lock (record_lock), which the commands keep. Can be repeated after any
 * interruption.
 */
int record_undo(struct host *host, struct record *record, int lock, const struct teller *teller,
		struct strings *left, struct error *error);

/*
 * The record that "--undo" means: the one with this id, or for 0 an interrupted one, else the last
 * that is applied. -ENOENT when there is none, -EALREADY when it was taken back.
 */
int record_find(struct host *host, unsigned id, struct record *ret, struct error *error);

/* The last record that was interrupted; -ENOENT when none was. */
int record_find_interrupted(struct host *host, struct record *ret, struct error *error);

#endif
