/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files by which vfio-pci gets a card at boot. */
#ifndef GPUCHECK_FIXERS_BIND_FILES_H
#define GPUCHECK_FIXERS_BIND_FILES_H

#include "host/card/card.h"
#include "plan/plan.h"

/*
 * By its ids (modprobe.d); by kernel argument where vfio-pci is built in or an argument sets its
 * ids already; by address (a rule of udev's) where another device has the same ids, or where the
 * owner's own lines would win over ours. Where the disk has what it takes already, whoever wrote
 * it, only the initramfs is built anew, unless that agrees. *how is that in words, static. 1 when
 * the plan changes something, 0 when all is in place; -EOPNOTSUPP when boot loader or initramfs
 * tool cannot be told.
 */
int bind_files_want(struct plan *plan, struct host *host, const struct card *card, const char **how,
		    struct error *error);

#endif
