/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cpio archives of the "newc" and "crc" kind, the only ones that the kernel unpacks. */
#ifndef GPUCHECK_HOST_PROGRAMS_INITRAMFS_CPIO_H
#define GPUCHECK_HOST_PROGRAMS_INITRAMFS_CPIO_H

#include "host/programs/initramfs/contents.h"
#include "host/programs/initramfs/stream.h"

/*
 * One archive, up to the name TRAILER!!! that ends it. The kernel does without that name; here its
 * absence is how an archive is known to be cut off. -EINVAL for what is no such archive.
 *
 * Source: Documentation/driver-api/early-userspace/buffer-format.rst
 */
int cpio_read(struct stream *stream, struct contents *contents, struct error *error);

#endif
