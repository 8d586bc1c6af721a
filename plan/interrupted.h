/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan that was interrupted, for who only looks. */
#ifndef GPUCHECK_PLAN_INTERRUPTED_H
#define GPUCHECK_PLAN_INTERRUPTED_H

#include "plan/record.h"

struct interruption {
	unsigned id;
	enum record_state state;
	bool readable; /* --undo can take it back */
	struct error why_not;
};

/*
 * The last record that was begun and not ended, looked for without the lock: 1 and *ret, 0 when
 * there is none or a gpucheck is at work, -errno when that cannot be told.
 */
int interruption_look(struct host *host, struct interruption *ret, struct error *error);

#endif
