/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two texts as a unified diff, by diff(1). */
#ifndef GPUCHECK_PLAN_DIFF_H
#define GPUCHECK_PLAN_DIFF_H

#include "base/error.h"

/* before and after may be NULL: there is no such text. The caller frees *ret. */
int diff_texts(const char *name, const char *before, const char *after, char **ret,
	       struct error *error);

#endif
