/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must not be done to a host, whatever a check fails. */
#ifndef GPUCHECK_FIXERS_REFUSALS_H
#define GPUCHECK_FIXERS_REFUSALS_H

#include "host/card/card.h"
#include "host/vm/vms.h"

/*
 * Taking the card from the host takes its only display, or the IOMMU group of the card holds a disk
 * or network controller that the host uses: -EPERM with the reason. 0 when it may be taken; other
 * -errno when that cannot be told.
 */
int may_take_card(struct host *host, const struct card *card, struct error *error);

/*
 * The VM's next start takes a disk or network controller that the host uses now: -EPERM with the
 * reason. A definition passes addresses, and after a card was added another device may be there.
 */
int passes_only_what_is_spare(struct host *host, const struct vm *vm, struct error *error);

#endif
