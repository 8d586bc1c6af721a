/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading what gpucheck-guest answered (host/programs/guest), now or when a host was recorded. */
#ifndef GPUCHECK_HOST_VM_GUEST_ANSWER_H
#define GPUCHECK_HOST_VM_GUEST_ANSWER_H

#include "host/vm/guests.h"

#include <jansson.h>

/* Fills all but vm and recorded; GUEST_GARBLED with a text for what is no answer of the program. */
void guest_answer_read(const json_t *answer, struct guest *guest);

/* Frees what guest_answer_read filled in. */
void guest_answer_free(struct guest *guest);

#endif
