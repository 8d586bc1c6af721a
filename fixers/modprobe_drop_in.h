/* SPDX-License-Identifier: GPL-2.0-or-later */
/* etc/modprobe.d/gpucheck.conf: the ids that vfio-pci claims, and what waits until it has. */
#ifndef GPUCHECK_FIXERS_MODPROBE_DROP_IN_H
#define GPUCHECK_FIXERS_MODPROBE_DROP_IN_H

#include "host/card/card.h"
#include "host/modules/modprobe.h"
#include "plan/plan.h"

#define MODPROBE_DROP_IN "etc/modprobe.d/gpucheck.conf"

/* What this host's modprobe is told by others, for one card. */
struct modprobe_situation {
	struct modprobe modprobe;
	struct strings ids;     /* that vfio-pci is given so far */
	bool ids_by_argument;   /* by the kernel's command line, which wins over all files */
	bool ids_come_later;    /* by a file that is read after ours, and wins */
	struct strings modules; /* that would take a function of the card */
	bool softdep_is_taken;  /* a file before ours has the softdep line of one of them */
};

int modprobe_situation_read(struct host *host, const struct card *card,
			    struct modprobe_situation *ret, struct error *error);
void modprobe_situation_free(struct modprobe_situation *situation);

/*
 * Let the file have a softdep line for each of the modules and, unless ids is NULL, an options line
 * with these ids and those that others gave; what it has for other cards stays. As plan_set_file.
 */
int modprobe_drop_in_want(struct plan *plan, struct host *host,
			  const struct modprobe_situation *situation, const struct strings *ids,
			  struct error *error);

#endif
