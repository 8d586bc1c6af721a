/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who uses the card on this host, and whether stopping services makes it free. */
#ifndef GPUCHECK_PROBES_CARD_USERS_H
#define GPUCHECK_PROBES_CARD_USERS_H

#include "base/strings.h"
#include "host/card/holders.h"
#include "probes/probe.h"

#include <stddef.h>

struct card_users {
	struct holder *holders; /* by pid; without the QEMU of a VM that has the card */
	size_t count;
	char *vm;                /* the VM whose QEMU has the card, or NULL */
	struct strings services; /* of the system, to be stopped */
	struct strings by_hand;  /* what a person must end before the card is free, a phrase each */
	bool sessions_only;      /* all of them are as below */
};

/*
 * systemd-logind opens displays for the sessions of users, and leaves the descriptors with process
 * 1 so that they outlive it: they go when the session ends.
 */
bool holder_goes_with_session(const struct holder *holder);

/* As holders_find; also when it cannot be told whether a QEMU is that of a VM with the card. */
int card_users_find(const struct subject *subject, struct card_users *ret, struct error *error);
void card_users_free(struct card_users *users);

/* The command that stops the services; the caller frees it. */
char *card_users_command(const struct card_users *users);

#endif
