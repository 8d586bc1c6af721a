/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look at the host: opened, configured, with the cards chosen. */
#ifndef GPUCHECK_COMMANDS_SESSION_H
#define GPUCHECK_COMMANDS_SESSION_H

#include "engine/configuration.h"
#include "engine/options.h"
#include "engine/run.h"
#include "engine/selection.h"
#include "engine/target.h"

struct session {
	const struct options *options;
	struct host *host;
	struct configuration configuration;
	struct selection selection;
	struct targets targets;
};

/*
 * Everything that can be wrong with what was asked for is found here; the error is for complain().
 * That the host has no GPU is remarked on, and no error unless one was named.
 */
int session_open(const struct options *options, struct session *ret, struct error *error);

/* wait: seconds to keep trying what the VM and the guest fail. */
int session_run(struct session *session, unsigned wait, struct outcome *ret, struct error *error);
void session_close(struct session *session);

#endif
