/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who on this host holds a card: processes with one of its device nodes open (proc/PID/fd). */
#ifndef GPUCHECK_HOST_CARD_HOLDERS_H
#define GPUCHECK_HOST_CARD_HOLDERS_H

#include "host/card/card.h"

struct holder {
	int pid;
	char *name; /* proc/PID/comm */
	char *node; /* below the root: "dev/dri/renderD128" */
	char *unit; /* "gdm.service", "docker-….scope", a container's id; NULL when there is none */
	bool service; /* unit is a service of the system: none of a user's, nor within a container
		       */
};

/* What --record wrote, below a root that has no processes. */
#define RECORDED_HOLDERS "gpucheck/holders.json"

/*
 * By pid and node, each pair once, as proc says or, below a root without proc/1, the record. The
 * caller frees them with holders_free. Links are read, nothing is opened: a node's driver, a hung
 * process or a dead file server cannot hold us.
 *
 * What processes hold in other ways (a mapping or a dma-buf whose descriptor is closed) is not
 * seen, nor is a node that a container has under another name.
 *
 * -EACCES when some descriptors may not be read and no holder was found among the others; -ENOENT
 * when the root has no processes (no proc/1) and no record of this card's holders. -errno of what
 * cannot be read, -EINVAL for a record of another form.
 */
int holders_find(struct host *host, const struct card *card, struct holder **ret, size_t *ret_count,
		 struct error *error);
void holders_free(struct holder *holders, size_t count);

/* "Xorg (1234, gdm.service)"; the caller frees it. */
char *holder_describe(const struct holder *holder);

/* The list of a card's holders as a record has it; the caller frees it. */
char *recorded_holders_list(const struct holder *holders, size_t count);

/*
 * The record of holders (fixtures/README.md says how it is written), as to the card whose GPU has
 * this name. -ENOENT when it says nothing of it, -EINVAL.
 */
int recorded_holders_parse(const char *text, const char *gpu, struct holder **ret,
			   size_t *ret_count);

#endif
