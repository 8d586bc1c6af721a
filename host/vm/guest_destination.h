/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of "[USER@]HOST[:PORT]". */
#ifndef GPUCHECK_HOST_VM_GUEST_DESTINATION_H
#define GPUCHECK_HOST_VM_GUEST_DESTINATION_H

#include "base/error.h"

struct guest_destination {
	char *user; /* NULL when not given */
	char *host;
	int port; /* 0 when not given */
};

/* IPv6 addresses stand in brackets when a port follows. -EINVAL with the text. */
int guest_destination_parse(const char *text, struct guest_destination *ret, struct error *error);
void guest_destination_free(struct guest_destination *destination);

#endif
