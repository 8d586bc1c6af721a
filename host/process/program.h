/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs of our own, which speak with libvirt and guests: each reads a JSON request from its
 * standard input, and writes a JSON answer. One that may be needed can be started ahead, so that it
 * loads its libraries meanwhile.
 */
#ifndef GPUCHECK_HOST_PROCESS_PROGRAM_H
#define GPUCHECK_HOST_PROCESS_PROGRAM_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct program {
	pid_t pid;   /* and its group's */
	int request; /* our end of what it reads, -1 when it has its request */
	int output;  /* read end of its standard output, -1 when it was ended */
	char *text;  /* what it has said so far */
	size_t length, room;
	long long deadline; /* as monotonic_ms counts */
};

/*
 * Start one that lies beside this program, or in its libexec folder. It answers the request; with
 * NULL it waits for program_send. NULL with error filled: ENOENT, or what fork(2) says.
 */
struct program *program_start(const char *name, const json_t *request, struct error *error);

/* Nothing is done when it has its request. -EMSGSIZE for one of more than some 100 KiB. */
int program_send(struct program *program, const json_t *request);

/* Wait for its end, or end it at once; all it started ends with it. Its status, as waitpid has it.
 */
int program_finish(struct program *program, bool at_once);

/* Free it; one that runs is ended. NULL is none. */
void program_end(struct program *program);

#endif
