/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the host decides who gets a card at the next boot (next_binding.h judges it). */
#ifndef GPUCHECK_HOST_BOOT_NEXT_BOOT_FACTS_H
#define GPUCHECK_HOST_BOOT_NEXT_BOOT_FACTS_H

#include "host/boot/next_binding.h"
#include "host/boot/next_image.h"
#include "host/card/card.h"

/*
 * The next boot's kernel arguments, the modules that ask for the card's functions, the files of
 * modprobe, modules-load, udev and driverctl on the disk, and what the image of the next boot has
 * of the same (next_image_look, told whether it was asked for). Where arguments or driverctl decide
 * for every function, disk and image are not looked at, and *ret_image is NULL. The modules'
 * aliases are the running kernel's.
 *
 * -errno with the path of what cannot be read; -ENOENT when the arguments or an index of modules
 * are not there. The image stays the host's.
 */
int next_boot_facts_read(struct host *host, const struct card *card, bool asked,
			 struct next_boot_facts *ret, const struct next_image **ret_image,
			 struct error *error);

/*
 * The files that give this card to vfio-pci on the disk: those of modprobe's that name vfio-pci,
 * and the udev rules for its functions. *ret must be empty.
 */
void next_boot_files(const struct next_boot_facts *facts, struct strings *ret);

/* One of those that the image lacks, or has with another text (*older): its path, the caller's;
 * NULL when it has all. */
char *next_boot_stale_file(struct host *host, const struct next_boot_facts *facts,
			   const struct initramfs *image, bool *older);

#endif
