/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an initramfs image of the host holds: it, not the disk, decides how the next boot begins. */
#ifndef GPUCHECK_HOST_BOOT_INITRAMFS_H
#define GPUCHECK_HOST_BOOT_INITRAMFS_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"

#include <stddef.h>

/* A configuration file of kmod, udev or the initramfs itself. */
struct initramfs_file {
	char *path; /* in the image, without leading slash: "etc/modprobe.d/gpucheck.conf" */
	char *text; /* NULL when it is no UTF-8 text, larger than 64 KiB, or not to be told */
};

struct initramfs {
	struct strings modules;  /* kernel modules, as lsmod names them: vfio_pci; sorted */
	struct strings releases; /* of the kernels that they are for; sorted */
	struct initramfs_file *files;
	size_t count;
};

#define _cleanup_initramfs_ _cleanup_(initramfs_free)

/*
 * Look into an image, by its path on the host without leading slash: gpucheck-initramfs does it,
 * which takes about as long as to decompress the image; its answer is kept (initramfs_cache.h). Of
 * its files only regular ones are told, and of those the ones in etc/modprobe.d, lib/modprobe.d,
 * run/modprobe.d, usr/lib/modprobe.d, usr/local/lib/modprobe.d, etc/modules-load.d,
 * etc/udev/rules.d, etc/cmdline.d, scripts/init-top, and conf/modules.
 *
 * -ENOENT when there is no image; -EACCES; -EINVAL for one that is not understood to its end (cut
 * off, another format); -EFBIG for more than any real image has; -ETIMEDOUT; -EPROTO, -EIO.
 */
int initramfs_read(struct host *host, const char *path, struct initramfs *ret, struct error *error);

/*
 * What a recorded host tells of an image: the answer of gpucheck-initramfs, which is kept as
 * gpucheck/initramfs/BASENAME.json. -ENOENT when it tells nothing.
 */
int initramfs_read_recorded(struct host *host, const char *path, struct initramfs *ret,
			    struct error *error);

void initramfs_free(struct initramfs *initramfs); /* the struct itself is the caller's */

/* The file at a path of the image, NULL when it is not there; the image's. */
const struct initramfs_file *initramfs_find(const struct initramfs *initramfs, const char *path);

#endif
