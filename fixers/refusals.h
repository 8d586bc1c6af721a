/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must not be done to a host, whatever a check fails. */
#ifndef GPUCHECK_FIXERS_REFUSALS_H
#define GPUCHECK_FIXERS_REFUSALS_H

#include "host/card/card.h"

/*
 * Taking the card from the host takes its only display, or the IOMMU group of the card holds a disk
 * or network controller that the host uses: -EPERM with the reason. 0 when it may be taken; other
 * -errno when that cannot be told.
 */
int may_take_card(struct host *host, const struct card *card, struct error *error);

#endif
