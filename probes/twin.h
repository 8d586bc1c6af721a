/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What vfio-pci would take along with the card, since it has the same id. */
#ifndef GPUCHECK_PROBES_TWIN_H
#define GPUCHECK_PROBES_TWIN_H

#include "host/boot/next_boot_facts.h"
#include "probes/probe.h"

/* Warn of a function that ids= takes at the next boot too, and that the host uses. */
void say_twin(const struct subject *subject, const struct next_boot_facts *facts,
	      struct finding *finding);

#endif
