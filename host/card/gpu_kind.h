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

/* Never fails: where ids or bridges cannot be read it takes the GPU for a discrete card. */
enum gpu_kind gpu_kind(struct host *host, struct pci_function *gpu);

#endif
