/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A change of the VM's saved definition, as a part of the plan. */
#ifndef GPUCHECK_FIXERS_DEFINITION_H
#define GPUCHECK_FIXERS_DEFINITION_H

#include "fixers/fixer.h"

/* Makes *ret, the caller's, out of the definition that the plan has so far. */
typedef int (*definition_edit)(const struct repair *repair, const char *xml, char **ret,
			       struct error *error);

/* Set the edited definition: libvirt's on the live host, its file below a root. */
int definition_change(const struct repair *repair, struct plan *plan, definition_edit edit,
		      struct error *error);

/* -ENODATA with a sentence for a VM that has no saved definition. */
int definition_is_saved(const struct vm *vm, struct error *error);

#endif
