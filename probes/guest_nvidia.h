/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NVIDIA's own driver in a guest: whether it runs the card, and why it may not. */
#ifndef GPUCHECK_PROBES_GUEST_NVIDIA_H
#define GPUCHECK_PROBES_GUEST_NVIDIA_H

#include "host/vm/guests.h"
#include "probes/finding.h"

/* A GPU that is on the driver nvidia; who names it in sentences. Says something on every path. */
void guest_nvidia_judge(const struct guest *guest, const struct guest_function *gpu,
			const char *who, struct finding *finding);

/* A GPU without a driver, or on nouveau, while NVIDIA's module is loaded in the guest. */
void guest_nvidia_refused(const struct guest *guest, const struct guest_function *gpu,
			  const char *who, struct finding *finding);

/* Which packages bring the driver that this GPU needs. */
void guest_nvidia_install(const struct guest_function *gpu, struct finding *finding);

#endif
