/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of device a GPU is: a card, the processor's own, or a server's management controller.
 */
#ifndef GPUCHECK_HOST_CARD_GPU_KIND_H
#define GPUCHECK_HOST_CARD_GPU_KIND_H

#include "host/pci/pci.h"

enum gpu_kind {
	GPU_DISCRETE,
	GPU_INTEGRATED, /* part of the processor, or the emulated display of a virtual host */
	GPU_BMC,        /* a server's management controller */
};

/* -errno where ids or bridges that decide it cannot be read. */
int gpu_kind_find(struct host *host, struct pci_function *gpu, enum gpu_kind *ret,
		  struct error *error);

/* The same for who only looks: what cannot be told is a discrete card, so that it is checked. */
enum gpu_kind gpu_kind(struct host *host, struct pci_function *gpu);

#endif
