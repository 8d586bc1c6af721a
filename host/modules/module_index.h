/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What depmod(8) and the kernel's build wrote down of one kernel's modules, the next boot's say. */
#ifndef GPUCHECK_HOST_MODULES_MODULE_INDEX_H
#define GPUCHECK_HOST_MODULES_MODULE_INDEX_H

#include "base/error.h"
#include "base/strings.h"
#include "host/host.h"

#include <stdbool.h>

/* Whether it is built into that kernel; -ENOENT without its modules.builtin. */
int module_is_builtin_in(struct host *host, const char *release, const char *module, bool *ret,
			 struct error *error);

/*
 * Built-in modules that ask for a device, by their aliases in modules.builtin.modinfo; names with
 * _. A kernel before 5.2 has no such file: nothing is found. It is kept: ask
 * about one kernel only. *ret must be empty.
 */
int builtin_modules_claiming(struct host *host, const char *release, const char *modalias,
			     struct strings *ret, struct error *error);

/*
 * The modules that are loaded before this one because it needs their symbols (modules.dep), by
 * name. -ENODEV when that kernel has no such module, -ENOENT without its modules.dep, which is
 * kept: ask about one kernel only. *ret must be empty.
 */
int module_dependencies(struct host *host, const char *release, const char *module,
			struct strings *ret, struct error *error);

#endif
