/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of depmod(8)'s indexes; they touch nothing but their arguments. Modules are named with _.
 */
#ifndef GPUCHECK_HOST_MODULES_INDEX_TEXT_H
#define GPUCHECK_HOST_MODULES_INDEX_TEXT_H

#include "base/strings.h"

#include <stdbool.h>
#include <stddef.h>

/* modules.builtin has the module. */
bool builtin_index_has(const char *text, const char *module);

/* modules.dep: the modules that this one needs; false when it does not know it. *ret must be empty.
 */
bool dependency_index_find(const char *text, const char *module, struct strings *ret);

/* modules.alias has an alias "vfio_pci:…" for the module. */
bool alias_index_has_variant(const char *text, const char *module);

/*
 * The modules, each once and sorted, whose aliases fit a device's modalias: of modules.alias, where
 * vfio_pci is left out, and of modules.builtin.modinfo, which is one "xhci_pci.alias=pci:v*d*…"
 * behind the other, each with a NUL at its end. One must stand behind all. *ret must be empty, or
 * hold what a piece of the same index gave before.
 */
void alias_index_claiming(const char *text, const char *modalias, struct strings *ret);
void builtin_aliases_claiming(const char *bytes, size_t length, const char *modalias,
			      struct strings *ret);

#endif
