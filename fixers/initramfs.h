/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getting files into the initramfs of every installed kernel, by the tool that builds it here. */
#ifndef GPUCHECK_FIXERS_INITRAMFS_H
#define GPUCHECK_FIXERS_INITRAMFS_H

#include "plan/plan.h"

/*
 * Let the images have vfio-pci and this file, which the plan writes: what the tool must be told,
 * and its command. 1 when the plan changes something, 0 when not; -EOPNOTSUPP when it cannot be
 * told which tool builds the images.
 */
int initramfs_want(struct plan *plan, struct host *host, const char *file, struct error *error);

/* The command that builds them anew, and what the boot loader has to do then. */
void initramfs_rebuild(struct plan *plan, struct host *host);

/* -EOPNOTSUPP when it cannot be told which tool builds the images. */
int initramfs_tool_is_known(struct host *host, struct error *error);

#endif
