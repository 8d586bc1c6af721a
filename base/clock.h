/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time for limits and waits: it never jumps, whatever is done to the date. */
#ifndef GPUCHECK_BASE_CLOCK_H
#define GPUCHECK_BASE_CLOCK_H

/* Milliseconds of CLOCK_MONOTONIC. */
long long monotonic_ms(void);

#endif
