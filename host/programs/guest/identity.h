/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose keys and known_hosts are used. */
#ifndef GPUCHECK_HOST_PROGRAMS_GUEST_IDENTITY_H
#define GPUCHECK_HOST_PROGRAMS_GUEST_IDENTITY_H

#include "base/error.h"

/*
 * Under sudo, become the user who called it, for good: his keys, agent, configuration and
 * known_hosts are the ones he expects, and a ProxyCommand of his does not run as root. Trusting
 * SUDO_UID is safe, since it can only take rights away. 0 or -errno.
 */
int become_caller(struct error *error);

#endif
