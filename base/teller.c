/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who is told how the work goes on. */
#include "base/teller.h"

#include <stddef.h>

void teller_begin(const struct teller *teller, const char *what)
{
	if (teller && teller->begin)
		teller->begin(teller->data, what);
}

void teller_tick(const struct teller *teller, unsigned seconds)
{
	if (teller && teller->tick)
		teller->tick(teller->data, seconds);
}

void teller_end(const struct teller *teller, bool good, unsigned seconds)
{
	if (teller && teller->end)
		teller->end(teller->data, good, seconds);
}

bool teller_stopped(const struct teller *teller)
{
	return teller && teller->stopped && teller->stopped(teller->data);
}
