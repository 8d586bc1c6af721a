/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stages of the chain, in its order, and their names on the command line and in reports. */
#ifndef GPUCHECK_PROBES_STAGE_H
#define GPUCHECK_PROBES_STAGE_H

#include <stdbool.h>

enum stage {
	STAGE_HOST,
	STAGE_IOMMU,
	STAGE_DRIVER,
	STAGE_DISPLAY,
	STAGE_VM,
	STAGE_GUEST,
	STAGES,
};

const char *stage_name(enum stage stage);

/* False when there is no such stage. */
bool stage_find(const char *name, enum stage *ret);

#endif
