/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is told how the work goes on, and may ask it to stop. */
#ifndef GPUCHECK_PLAN_TELLER_H
#define GPUCHECK_PLAN_TELLER_H

#include <stdbool.h>

/* Any function may be NULL. Between begin and end come ticks, one a second. */
struct teller {
	void (*begin)(void *data, const char *what);
	void (*tick)(void *data, unsigned seconds);
	void (*end)(void *data, bool good, unsigned seconds);
	/* True once the person wants it to stop: what was begun is then taken back. */
	bool (*stopped)(void *data);
	void *data;
};

#endif
