/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is judged: cards, each with the VM that is to have it. */
#ifndef GPUCHECK_ENGINE_TARGET_H
#define GPUCHECK_ENGINE_TARGET_H

#include "base/error.h"
#include "base/strings.h"
#include "engine/configuration.h"
#include "host/card/card.h"
#include "host/vm/vms.h"

struct target {
	struct card card;
	const struct gpu_section *section; /* the configuration's, NULL when it has none */
	const struct vm *vm;               /* NULL until chosen, and when there is none to choose */
};

struct targets {
	struct target *items; /* by the GPU's address */
	size_t count;
};

/*
 * named: addresses ("0000:01:00.0", "01:00.0") and ids ("10de:2504"). Without any, the GPUs of the
 * configuration's sections. Without those: GPUs that a VM's definition passes, else GPUs on a vfio
 * driver, else discrete GPUs; never a BMC, an integrated GPU beside a discrete one, or a physical
 * function that has virtual ones. VMs are looked at only where that can make a difference.
 *
 * -EINVAL or -ENOENT with the offending word for a name that names no GPU or several; -ENOENT when
 * there is no GPU to choose. The configuration must live as long as the targets.
 */
int targets_choose(struct host *host, const struct strings *named,
		   const struct configuration *configuration, struct targets *ret,
		   struct error *error);
void targets_free(struct targets *targets);

/*
 * Set each target's VM: the one named, else the configuration's, else the one that passes the GPU
 * (of several: the only one that runs), else the only VM there is. -ENOENT when a named VM does not
 * exist. That libvirt does not answer is no error here: the probes say so.
 */
int targets_choose_vms(struct host *host, const char *named, struct targets *targets,
		       struct error *error);

#endif
