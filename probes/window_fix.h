/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What gives a guest room for its cards' BARs: the remedies of vm.mmio. */
#ifndef GPUCHECK_PROBES_WINDOW_FIX_H
#define GPUCHECK_PROBES_WINDOW_FIX_H

#include "probes/guest_window.h"
#include "probes/probe.h"

/* Set the finding's fix to the first that helps: address bits, pages of 1 GiB, a later OVMF. */
void window_fix(const struct subject *subject, struct guest_window *window,
		struct finding *finding);

/* Other address bits only: false, and no fix, where everything would not fit with them either. */
bool window_fix_width(const struct subject *subject, struct guest_window *window,
		      struct finding *finding);

#endif
