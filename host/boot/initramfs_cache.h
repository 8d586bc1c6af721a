/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an image held when it was last looked into: to unpack one takes many times as long as the
 * rest of a run, and images change only when they are built. Kept until the next boot in
 * /run/gpucheck, by root and for root, on a live host; elsewhere nothing is found and nothing kept.
 */
#ifndef GPUCHECK_HOST_BOOT_INITRAMFS_CACHE_H
#define GPUCHECK_HOST_BOOT_INITRAMFS_CACHE_H

#include "host/host.h"

#include <jansson.h>

/*
 * Which file stands at path, whole: device, inode, size, and when it was written and changed. NULL
 * where that cannot be told, or is no ground to go by: a file changed within the last seconds may
 * change again without a trace in its times. The caller frees it.
 */
char *initramfs_identity(struct host *host, const char *path);

/* The answer of gpucheck-initramfs for the file of this identity, NULL when it is not kept; the
 * caller lets go of it. */
json_t *initramfs_cache_find(struct host *host, const char *identity);

/* Keep it, in the place of what was kept before. That it cannot be kept is no trouble. */
void initramfs_cache_keep(struct host *host, const char *identity, json_t *answer);

#endif
