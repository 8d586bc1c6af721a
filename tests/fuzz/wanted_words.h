/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that fixers want among the kernel's arguments, and whether a line has them in effect. */
#ifndef GPUCHECK_TESTS_FUZZ_WANTED_WORDS_H
#define GPUCHECK_TESTS_FUZZ_WANTED_WORDS_H

#include "base/strings.h"

#include <stdint.h>

/* One of the sets that the fixers ask for; a byte chooses. The caller frees it. */
struct strings wanted_words(uint8_t choice);

/* The kernel gets each of them once, and nothing of the line turns the IOMMU off. */
void promise_in_effect(const char *line, const struct strings *wanted);

#endif
