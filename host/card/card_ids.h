/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ids by which drivers know a card's functions, and who else has them. */
#ifndef GPUCHECK_HOST_CARD_CARD_IDS_H
#define GPUCHECK_HOST_CARD_CARD_IDS_H

#include "base/strings.h"
#include "host/card/card.h"

/* "10de:2504" of each function, once; a function whose ids cannot be read is left out. */
void card_ids(struct host *host, const struct card *card, struct strings *ret);

/* A function outside the card that has one of its ids, so that ids= would take it along; NULL. */
const struct pci_function *card_twin(struct host *host, const struct card *card);

#endif
