/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is told how the work goes on, and may ask it to stop. */
#ifndef GPUCHECK_BASE_TELLER_H
#define GPUCHECK_BASE_TELLER_H

#include <stdbool.h>

/*
 * Any function may be NULL. Between begin and end come ticks, one a second. A piece of work may
 * have others within it, told between its begin and end.
 */
struct teller {
	void (*begin)(void *data, const char *what);
	void (*tick)(void *data, unsigned seconds);
	void (*end)(void *data, bool good, unsigned seconds);
	/* True once the person wants it to stop: what was begun is then taken back. */
	bool (*stopped)(void *data);
	void *data;
};

/* Each takes NULL: nobody wants to know. */
void teller_begin(const struct teller *teller, const char *what);
void teller_tick(const struct teller *teller, unsigned seconds);
void teller_end(const struct teller *teller, bool good, unsigned seconds);
bool teller_stopped(const struct teller *teller);

#endif
