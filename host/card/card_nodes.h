/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device nodes of a card: what programs open to use it. */
#ifndef GPUCHECK_HOST_CARD_CARD_NODES_H
#define GPUCHECK_HOST_CARD_CARD_NODES_H

#include "base/strings.h"
#include "host/card/card.h"

/* One node for every card on amdgpu: it is this card's only beside one of its render nodes. */
#define CARD_NODE_KFD "dev/kfd"

/*
 * Patterns (fnmatch(3), FNM_PATHNAME) of the nodes' paths below the root, by what sysfs and
 * proc/driver/nvidia say: DRM, sound, framebuffer, I2C, accel, NVIDIA, vfio. The caller frees the
 * list. -errno with the path of what could not be read.
 */
int card_nodes(struct host *host, const struct card *card, struct strings *ret,
	       struct error *error);

#endif
