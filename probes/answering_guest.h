/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest that a probe asks about. */
#ifndef GPUCHECK_PROBES_ANSWERING_GUEST_H
#define GPUCHECK_PROBES_ANSWERING_GUEST_H

#include "host/vm/guests.h"
#include "probes/probe.h"

/* What the VM's guest said, the host's; NULL, and an error is said, where it did not answer. */
const struct guest *answering_guest(const struct subject *subject, struct finding *finding);

/* Say that the guest does not tell this: of a record, nobody can be asked any more. */
void guest_does_not_tell(const struct guest *guest, const char *what, struct finding *finding);

#endif
