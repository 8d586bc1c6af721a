/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stages of the chain. */
#include "probes/stage.h"

#include <stddef.h>
#include <string.h>

static const char *const stages[STAGES] = {
	[STAGE_HOST] = "host",       [STAGE_IOMMU] = "iommu", [STAGE_DRIVER] = "driver",
	[STAGE_DISPLAY] = "display", [STAGE_VM] = "vm",       [STAGE_GUEST] = "guest",
};

const char *stage_name(enum stage stage)
{
	return stages[stage];
}

bool stage_find(const char *name, enum stage *ret)
{
	for (size_t i = 0; i < STAGES; i++) {
		if (strcmp(stages[i], name) != 0)
			continue;
		*ret = (enum stage)i;
		return true;
	}
	return false;
}
