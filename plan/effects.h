/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a change arrived where it takes effect. */
#ifndef GPUCHECK_PLAN_EFFECTS_H
#define GPUCHECK_PLAN_EFFECTS_H

#include "plan/plan.h"

/*
 * See what the plan expects: words in the boot loader's default entry, files in the initramfs.
 * -ENOMSG with what is missing and who may be to blame.
 */
int effects_look(struct host *host, const struct plan *plan, struct error *error);

#endif
