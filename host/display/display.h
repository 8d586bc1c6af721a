/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The displays of the host: the one that firmware used, and those that are not the card's. */
#ifndef GPUCHECK_HOST_DISPLAY_DISPLAY_H
#define GPUCHECK_HOST_DISPLAY_DISPLAY_H

#include "host/card/card.h"

/* What stands on the screen firmware used: the card if it is among several that say so. */
struct boot_display {
	struct pci_function *function; /* NULL: no device says so */
	const char *file;              /* that reads 1 */
	bool is_card;
};

int boot_display_find(struct host *host, const struct card *card, struct boot_display *ret,
		      struct error *error);

/* The first display that is not the card's, BMCs last; NULL when the card is all there is. */
struct pci_function *display_other(struct host *host, const struct card *card);

/* The display that the host is to use: the boot display, or when that is the card any other one.
 * NULL when there is none. */
struct pci_function *display_for_host(struct host *host, const struct card *card);

#endif
