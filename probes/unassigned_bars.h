/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Base address registers (BARs) that got no address, on the host or in a guest. */
#ifndef GPUCHECK_PROBES_UNASSIGNED_BARS_H
#define GPUCHECK_PROBES_UNASSIGNED_BARS_H

#include "base/strings.h"
#include "host/pci/pci.h"
#include "probes/finding.h"

/*
 * A card needs its memory windows. Its I/O ports vfio does without, and so do the drivers of the
 * last twenty years: without an address they are a warning.
 */
struct unassigned_bars {
	struct strings memory, io; /* as text, in the order in which they were added */
};

bool bar_is_unassigned(const struct pci_bar *bar);

/* text becomes the list's. */
void unassigned_bars_add(struct unassigned_bars *list, const struct pci_bar *bar, char *text);
void unassigned_bars_free(struct unassigned_bars *list);

/*
 * Say that those of who ("0000:01:00.0 …") have no address: memory fails, I/O warns. Whether
 * anything failed. where: " in the guest", or "".
 */
bool unassigned_bars_say(const struct unassigned_bars *list, const char *who, const char *where,
			 struct finding *finding);

/* One BAR as evidence; prefix names it: "BAR " and its number follow. */
void bar_evidence(const struct pci_bar *bar, const char *source, const char *prefix,
		  struct finding *finding);

#endif
