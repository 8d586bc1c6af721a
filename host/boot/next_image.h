/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initramfs image of the next boot, looked into once for the whole run. */
#ifndef GPUCHECK_HOST_BOOT_NEXT_IMAGE_H
#define GPUCHECK_HOST_BOOT_NEXT_IMAGE_H

#include "host/boot/initramfs.h"

enum image_state {
	IMAGE_READ,
	IMAGE_NOT_RECORDED, /* a recorded host that tells nothing of it */
	IMAGE_LARGE,        /* it would take long, and nobody asked for it */
	IMAGE_FAILED,       /* error says why */
};

struct next_image {
	enum image_state state;
	char *path;                /* below the root */
	unsigned long long size;   /* bytes; 0 when only a record tells of it */
	struct initramfs contents; /* IMAGE_READ */
	struct error error;
};

/* Bytes of an image up to which it is looked into unasked. zstd unpacks one of 31 MB (172 MB of
 * modules) in 0.3 s. */
#define IMAGE_UNASKED ((unsigned long long)32 << 20)

/*
 * Never fails: state says how it went. asked: also look into an image above IMAGE_UNASKED. Below a
 * root that has no image, what its record tells of it. The answer is the host's.
 */
const struct next_image *next_image_look(struct host *host, bool asked);

void next_image_free(struct next_image *image);

#endif
