/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which driver has a function, as evidence. */
#ifndef GPUCHECK_PROBES_DRIVER_EVIDENCE_H
#define GPUCHECK_PROBES_DRIVER_EVIDENCE_H

#include "probes/probe.h"

/* As vfio_driver_of; what it finds is noted. */
int driver_evidence(const struct subject *subject, struct pci_function *function,
		    struct finding *finding, const char **ret_driver, bool *ret_vfio,
		    struct error *error);

#endif
