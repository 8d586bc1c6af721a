/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All probes in the order of the chain. */
#ifndef GPUCHECK_PROBES_CATALOGUE_H
#define GPUCHECK_PROBES_CATALOGUE_H

#include "probes/probe.h"

extern const struct probe *const catalogue[];
extern const size_t catalogue_count;

/* NULL when there is no such id. */
const struct probe *catalogue_find(const char *id);

#endif
