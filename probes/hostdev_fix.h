/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy that vm.hostdev and vm.functions share. */
#ifndef GPUCHECK_PROBES_HOSTDEV_FIX_H
#define GPUCHECK_PROBES_HOSTDEV_FIX_H

#include "probes/probe.h"

/* Set the finding's fix: the <hostdev> elements that the VM's definition lacks. */
void hostdev_fix(const struct subject *subject, struct finding *finding);

#endif
