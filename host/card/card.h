/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The card: a GPU and the functions that travel with it into a VM. */
#ifndef GPUCHECK_HOST_CARD_CARD_H
#define GPUCHECK_HOST_CARD_CARD_H

#include "host/pci/pci.h"

struct card {
	struct pci_function **functions; /* the GPU first, then its companions by address */
	size_t count;
	struct error trouble; /* code is 0 unless it cannot be told what belongs to the card */
};

/*
 * Companions are the other functions of the GPU's slot that carry its vendor id (beside a discrete
 * GPU: any HD audio function), and the audio and USB functions of that vendor below the card's own
 * PCI Express switch. A virtual function travels alone.
 */
void card_find(struct host *host, struct pci_function *gpu, struct card *ret);
void card_free(struct card *card);
bool card_has(const struct card *card, const struct pci_address *address);

#endif
