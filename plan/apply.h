/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applying a plan, whole or not at all. */
#ifndef GPUCHECK_PLAN_APPLY_H
#define GPUCHECK_PLAN_APPLY_H

#include "plan/plan.h"
#include "plan/teller.h"

/*
 * Change the files and definitions, run the follow-up commands and look at the effect. Where any of
 * it fails, or the person stops it, everything is taken back before this returns, and the error
 * says so (or what could not be taken back). Below a root no command runs and no effect is looked
 * at.
 *
 * *ret_id is the record's number. -EBUSY while another gpucheck changes the host; -EUCLEAN when an
 * interrupted plan has to be taken back first; -EPERM without root's rights; -EROFS, -EACCES,
 * -ENOSPC before anything is changed.
 */
int plan_apply(struct host *host, const struct plan *plan, const struct teller *teller,
	       unsigned *ret_id, struct error *error);

#endif
