/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which program builds this host's initramfs images. */
#ifndef GPUCHECK_HOST_BOOT_INITRAMFS_TOOL_H
#define GPUCHECK_HOST_BOOT_INITRAMFS_TOOL_H

#include "host/host.h"

enum initramfs_tool {
	INITRAMFS_TOOL_UNKNOWN, /* neither, or both: the one that a new kernel calls cannot be told
				 */
	INITRAMFS_TOOLS,        /* update-initramfs */
	INITRAMFS_DRACUT,
};

/*
 * The one that a new kernel calls: its script in etc/kernel/postinst.d. Below a root without such a
 * folder, the one whose configuration is there.
 */
enum initramfs_tool initramfs_tool_of(struct host *host);

#endif
