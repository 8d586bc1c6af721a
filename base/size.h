/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes of memory for people. */
#ifndef GPUCHECK_BASE_SIZE_H
#define GPUCHECK_BASE_SIZE_H

#include <stdint.h>

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

/* "16 GiB", "62.7 GiB", "512 MiB", "8 TiB", "0": rounded down to a tenth. The caller frees it. */
char *size_text(uint64_t bytes);

/* The same for what is needed: rounded up, so that it never looks as little as what is there. */
char *size_text_up(uint64_t bytes);

/* value, rounded up to a multiple of alignment, a power of two. */
uint64_t align_up(uint64_t value, uint64_t alignment);

#endif
