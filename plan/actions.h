/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan does once, beside its change. */
#ifndef GPUCHECK_PLAN_ACTIONS_H
#define GPUCHECK_PLAN_ACTIONS_H

#include "base/teller.h"
#include "plan/plan.h"

/* In order, up to the first that fails: -errno with what it was. Only on the live host. */
int plan_act(struct host *host, const struct plan *plan, const struct teller *teller,
	     struct error *error);

#endif
