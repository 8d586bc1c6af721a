/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of a kernel command line that keep every byte they need not touch. */
#ifndef GPUCHECK_FIXERS_KERNEL_LINE_H
#define GPUCHECK_FIXERS_KERNEL_LINE_H

#include "base/error.h"
#include "base/strings.h"

/*
 * The text of /etc/kernel/cmdline with each of words in it once, behind what the kernel has there
 * (what follows "--" is init's), and without what turns the IOMMU off; the newline at its end stays
 * as it is. -EINVAL for a text of several lines, of which nobody says which one counts, or with a
 * comment, and for one with a quote that is never closed.
 */
int kernel_line_edit(const char *text, const struct strings *words, char **ret,
		     struct error *error);

/*
 * The same for one token alone, which may stand in quotes: NULL when it has to go, else what is
 * left of it, for the caller to free.
 */
char *kernel_word_edit(const char *token, const struct strings *words);

#endif
