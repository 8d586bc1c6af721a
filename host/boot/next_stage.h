/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading one stage of the next boot: what the disk has, or the image. */
#ifndef GPUCHECK_HOST_BOOT_NEXT_STAGE_H
#define GPUCHECK_HOST_BOOT_NEXT_STAGE_H

#include "host/boot/bootloader.h"
#include "host/boot/initramfs.h"
#include "host/boot/next_binding.h"

/* Its scripts are those that the next image will have. */
int next_stage_of_disk(struct host *host, const struct next_boot *boot, struct boot_stage *ret,
		       struct error *error);

/* image: what the file at path has. -EINVAL where one of its files is no text. */
int next_stage_of_image(struct host *host, const struct next_boot *boot, const char *path,
			const struct initramfs *image, struct boot_stage *ret, struct error *error);

void next_stage_free(struct boot_stage *stage);

#endif
