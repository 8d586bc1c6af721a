/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What programs of our own are asked: side by side, within a time limit. */
#ifndef GPUCHECK_HOST_PROCESS_PROGRAM_CALL_H
#define GPUCHECK_HOST_PROCESS_PROGRAM_CALL_H

#include "base/error.h"
#include "base/teller.h"
#include "host/process/program.h"

#include <jansson.h>
#include <stddef.h>

struct program_call {
	const char *name;    /* gpucheck-libvirt */
	const char *package; /* Debian's, of the library without which it cannot start; or NULL */
	json_t *request;     /* the caller's */
	struct program *program; /* started ahead, taken over; NULL: it is started now */
	unsigned seconds;        /* it is killed after this */
	size_t limit;            /* bytes of answer it may give */
	size_t memory;           /* bytes that the answer may take, once parsed; 0: any */
	json_t *answer;          /* out: a new reference, or NULL with error filled */
	struct error error;      /* ELIBACC: a shared library that it needs is not installed */
};

/*
 * Make all calls, gather their answers, and return when the last program has ended or was ended.
 * The teller (may be NULL) is told what is being done: "asking libvirt".
 */
void program_call_all(struct program_call *calls, size_t count, const struct teller *teller,
		      const char *what);

#endif
