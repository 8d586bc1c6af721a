/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * etc/default/grub.d/99-gpucheck.cfg: the shell fragment by which grub-mkconfig puts words into the
 * kernel's arguments, and leaves out what turns the IOMMU off, without an edit of the owner's
 * files.
 */
#ifndef GPUCHECK_FIXERS_GRUB_DROP_IN_H
#define GPUCHECK_FIXERS_GRUB_DROP_IN_H

#include "base/strings.h"

#define GRUB_DROP_IN "etc/default/grub.d/99-gpucheck.cfg"

/* The fragment for these words, which must be free of blanks and shell characters. The caller frees
 * it. */
char *grub_drop_in_write(const struct strings *words);

/* The words of a fragment that grub_drop_in_write made; none for any other text. */
void grub_drop_in_read(const char *text, struct strings *ret);

#endif
