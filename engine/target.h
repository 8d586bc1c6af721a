/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which cards are judged: those named, or by default those that look meant for a VM. */
#ifndef GPUCHECK_ENGINE_TARGET_H
#define GPUCHECK_ENGINE_TARGET_H

#include "base/error.h"
#include "base/strings.h"
#include "host/card.h"

struct targets {
	struct card *cards; /* by the GPU's address */
	size_t count;
};

/*
 * named: addresses ("0000:01:00.0", "01:00.0") and ids ("10de:2504"). Without any: GPUs on a vfio
 * driver, else discrete GPUs; never a BMC, an integrated GPU beside a discrete one, or a physical
 * function that has virtual ones. -EINVAL or -ENOENT with the offending word for a name that names
 * no GPU or several; -ENOENT when there is no GPU to choose.
 */
int targets_choose(struct host *host, const struct strings *named, struct targets *ret,
		   struct error *error);
void targets_free(struct targets *targets);

#endif
