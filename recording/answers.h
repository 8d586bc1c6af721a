/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a live host shows and no file of it holds; a record keeps it below gpucheck/. */
#ifndef GPUCHECK_RECORDING_ANSWERS_H
#define GPUCHECK_RECORDING_ANSWERS_H

#include "host/host.h"
#include "recording/collection.h"

/*
 * The images' contents, who holds the cards, libvirt's definitions, what guests said (those that
 * were asked before), the names of the PCI functions, the host's own name. Nothing here fails: what
 * cannot be had becomes an entry of the unreadables, or is told as the error it is.
 */
void answers_collect(struct host *host, struct collection *collection);

/* Whether the virtual machines are told by libvirt, and not by its files below a root. */
bool answers_ask_libvirt(struct host *host);

#endif
