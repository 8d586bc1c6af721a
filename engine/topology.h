/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI tree around the cards: who shares a group with whom, who owns what, and why. */
#ifndef GPUCHECK_ENGINE_TOPOLOGY_H
#define GPUCHECK_ENGINE_TOPOLOGY_H

#include "engine/outcome.h"
#include "engine/target.h"

enum { TOPOLOGY_NONE = -1 };

/* A function of the host and where it hangs. What could not be read is NULL, or as it says. */
struct topology_place {
	struct pci_function *function;
	const char *group, *driver; /* the host's */
	char *name;                 /* "GA106 High Definition Audio Controller [10de:228e]" */
	char *owner;                /* "host", "VM ml", "VM ml (off)", "vfio", "nobody" */
	struct pci_config config;
	long above;       /* the bridge above, TOPOLOGY_NONE on a root bus */
	long first, next; /* the first place behind it, and the next beside it or on its root bus */
	bool of_card;
	bool shared; /* its group holds other devices too */
	bool shown;
};

/* What is to say of a card, in sentences. */
struct topology_card {
	char *gpu; /* address */
	enum verdict verdict;
	char *reason; /* what iommu.isolated found */
	char *cause;  /* in the tree; NULL where there is nothing to explain */
	char *remedy; /* NULL where there is nothing to mend */
	char *slot;   /* where the card would be alone; NULL when it is alone */
};

struct topology {
	struct topology_place *places; /* in step with pci_functions() */
	size_t count, shown_count;
	struct topology_card *cards;
	size_t card_count;
	char *vms_trouble; /* why no VM is named, NULL */
};

/*
 * whole: every function is shown; else the cards, what shares a group with them, and the bridges
 * above. outcome: of a run that holds iommu.isolated. -errno when the bus cannot be listed.
 */
int topology_read(struct host *host, const struct targets *targets, const struct outcome *outcome,
		  bool whole, struct topology *ret, struct error *error);
void topology_free(struct topology *topology);

/* Fill the cards' sentences, once the places are known (topology_cards.c). */
void topology_judge(struct host *host, const struct targets *targets, const struct outcome *outcome,
		    struct topology *topology);

#endif
