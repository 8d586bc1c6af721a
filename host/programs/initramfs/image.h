/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An initramfs image: archives one after the other, compressed or not, with zeros between them. */
#ifndef GPUCHECK_HOST_PROGRAMS_INITRAMFS_IMAGE_H
#define GPUCHECK_HOST_PROGRAMS_INITRAMFS_IMAGE_H

#include "host/programs/initramfs/contents.h"

/*
 * All of an image, added to contents; nothing is written to disk. -EINVAL for an image that is not
 * understood to its end, -EFBIG for one with more than any real one has, and errors of reading.
 *
 * Source: Documentation/driver-api/early-userspace/buffer-format.rst and init/initramfs.c of Linux
 */
int image_read(int descriptor, struct contents *contents, struct error *error);

#endif
