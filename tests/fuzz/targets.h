/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The targets that fuzz-replay was built with; CMake writes the list from its own. */
#ifndef GPUCHECK_TESTS_FUZZ_TARGETS_H
#define GPUCHECK_TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

struct fuzz_target {
	const char *name;
	int (*run)(const uint8_t *data, size_t size);
};

extern const struct fuzz_target fuzz_targets[]; /* the last one's name is NULL */

#endif
