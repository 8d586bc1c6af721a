/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An SSH session to a guest: its host key verified, logged in without a question to anybody. */
#ifndef GPUCHECK_HOST_PROGRAMS_GUEST_SESSION_H
#define GPUCHECK_HOST_PROGRAMS_GUEST_SESSION_H

#include <libssh/libssh.h>
#include <stddef.h>

/* How far it went; the names are those of the answer (see main.c). */
enum step {
	STEP_UNREACHABLE,
	STEP_HOST_KEY_UNKNOWN,
	STEP_HOST_KEY_CHANGED,
	STEP_LOGIN_REFUSED,
	STEP_BROKEN, /* logged in, then it broke off */
	STEP_DONE,
};

struct destination {
	const char *user; /* NULL: by ~/.ssh/config, else the caller's name */
	const char *host;
	unsigned port; /* 0: by ~/.ssh/config, else 22 */
};

struct conversation {
	enum step step;
	char *text;    /* what went wrong, in words; NULL at STEP_DONE */
	char *command; /* that settles it, or NULL */
	char *target;  /* "user@host:port" as it was really used */
	char *output;  /* of the command; never NULL at STEP_DONE */
	size_t length;
};

/* Half of what a login takes on this side, ahead: the first random number, the user database. */
void get_ready_to_converse(void);

/*
 * Run one command in the guest. Keys come from the agent and the usual files, the host's key must
 * be in known_hosts, ~/.ssh/config is heeded. Output above limit bytes breaks the session off.
 */
void converse(const struct destination *destination, const char *command, size_t limit,
	      struct conversation *ret);
void conversation_free(struct conversation *conversation);

#endif
