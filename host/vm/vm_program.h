/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gpucheck-libvirt, or its like without libvirt, asked once: their protocol is told in
 * host/programs/libvirt/main.c.
 */
#ifndef GPUCHECK_HOST_VM_VM_PROGRAM_H
#define GPUCHECK_HOST_VM_VM_PROGRAM_H

#include "base/error.h"
#include "base/teller.h"
#include "host/process/program.h"

#include <jansson.h>

enum { VM_PROGRAM_SECONDS = 20 }; /* libvirt may be starting by socket activation */

/*
 * teller may be NULL. Takes the request; NULL stands for one that could not be packed, because a
 * text in it is not UTF-8: -EINVAL. *ret is a new reference to an answer that is no error. -EACCES,
 * -ECONNREFUSED, -EINVAL, -ENOENT, -ENODATA, -ESTALE, -EREMOTEIO and -ETIMEDOUT for the kinds of
 * error, with the program's own sentence; -ETIMEDOUT when it does not answer in time, and the
 * errors of program.h.
 */
int vm_program_ask(const struct teller *teller, json_t *request, unsigned seconds, json_t **ret,
		   struct error *error);

/* The same in two steps: what is asked now is answered while the caller does something else. */
struct program *vm_program_start(const json_t *request);

/* program, which may be NULL, was started with this request, and is taken over. */
int vm_program_gather(struct program *program, const struct teller *teller, json_t *request,
		      unsigned seconds, json_t **ret, struct error *error);

#endif
