/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets a function at the next boot, and why, in words. */
#ifndef GPUCHECK_PROBES_NEXT_BINDING_WORDS_H
#define GPUCHECK_PROBES_NEXT_BINDING_WORDS_H

#include "host/boot/next_binding.h"
#include "host/boot/next_image.h"
#include "probes/finding.h"

/*
 * What keeps vfio-pci from it, and who asks for it: "nothing loads vfio-pci before nouveau, which
 * asks for it". image is the path of the initramfs below the root. The caller frees it.
 */
char *next_binding_words(const struct next_binding *binding, const char *image);

/* The lines, rules and modules of the disk and the image that decide. */
void next_boot_evidence(const struct next_boot_facts *facts, const struct next_image *image,
			struct finding *finding);

#endif
