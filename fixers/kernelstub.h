/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pop!_OS: kernelstub keeps the kernel's arguments in a JSON file of its own. */
#ifndef GPUCHECK_FIXERS_KERNELSTUB_H
#define GPUCHECK_FIXERS_KERNELSTUB_H

#include "plan/plan.h"

/*
 * As boot_words_want, in etc/kernelstub/configuration. Its own --delete-options would shuffle the
 * options, so the file is edited and kernelstub only told to use it. -EINVAL for a file that
 * kernelstub did not write in this form.
 */
int kernelstub_want(struct plan *plan, struct host *host, const struct strings *words,
		    struct error *error);

/* The edit alone, for tests. */
int kernelstub_edit(const char *text, const struct strings *words, char **ret, struct error *error);

#endif
