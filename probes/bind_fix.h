/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remedy of driver.vfio and driver.persistent: how this host's kernel is told to give the card
 * to vfio-pci. */
#ifndef GPUCHECK_PROBES_BIND_FIX_H
#define GPUCHECK_PROBES_BIND_FIX_H

#include "base/strings.h"
#include "probes/probe.h"

/*
 * Set the finding's fix: by id in modprobe.d; by address where another card has the same id; by
 * kernel argument where vfio-pci is built in. modules: those that must wait for vfio-pci.
 */
void bind_fix(const struct subject *subject, const struct strings *modules,
	      struct finding *finding);

#endif
