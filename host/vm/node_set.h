/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets of NUMA nodes and cells as libvirt writes them: "0-3,^2,5". */
#ifndef GPUCHECK_HOST_VM_NODE_SET_H
#define GPUCHECK_HOST_VM_NODE_SET_H

#include <stdbool.h>

/* A later part wins (virBitmapParse); what is no such set has no nodes from there on. */
bool node_set_has(const char *set, unsigned node);

#endif
