/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time for limits and waits. */
#include "base/clock.h"

#include <time.h>

long long monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
