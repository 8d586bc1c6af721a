/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applying a plan, whole or not at all. */
#ifndef GPUCHECK_PLAN_APPLY_H
#define GPUCHECK_PLAN_APPLY_H

#include "base/teller.h"
#include "plan/plan.h"

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

/*
 * The commands of a plan that changes no file and no definition (an initramfs is built anew), and a
 * look at their effect: nothing that could be taken back, so no record. Only on the live host; what
 * they print is kept in var/lib/gpucheck/output. Errors as plan_apply's.
 */
int plan_run_commands(struct host *host, const struct plan *plan, const struct teller *teller,
		      struct error *error);

#endif
