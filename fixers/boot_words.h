/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel arguments, in the place where this host's boot loader takes them from. */
#ifndef GPUCHECK_FIXERS_BOOT_WORDS_H
#define GPUCHECK_FIXERS_BOOT_WORDS_H

#include "plan/plan.h"

/*
 * Let the kernel's arguments have these words once each, and nothing that turns the IOMMU off, from
 * the next boot on: the file, the command that makes it known, and what must be seen then. 1 when
 * the plan changes something, 0 when all is in place. -EOPNOTSUPP when it cannot be told where the
 * boot loader gets its arguments; other -errno for files that cannot be read or edited.
 */
int boot_words_want(struct plan *plan, struct host *host, const struct strings *words,
		    struct error *error);

/* After a new initramfs: let the boot loader have it, where it keeps copies of its own. */
void boot_words_refresh(struct plan *plan, struct host *host);

#endif
