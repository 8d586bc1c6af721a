/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold before anything is changed. */
#ifndef GPUCHECK_PLAN_PRECONDITIONS_H
#define GPUCHECK_PLAN_PRECONDITIONS_H

#include "plan/plan.h"

/* -EPERM for who is not root on the machine itself. */
int may_change(struct host *host, struct error *error);

/*
 * The files are as they were when the plan was made (-ESTALE), can be written (-EROFS, -EACCES),
 * there is room for them and for the images that the commands write (-ENOSPC), the commands are
 * there, and no plan before was interrupted (-EUCLEAN). The caller holds the lock.
 */
int preconditions_hold(struct host *host, const struct plan *plan, struct error *error);

#endif
