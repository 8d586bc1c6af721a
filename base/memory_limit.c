/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bound to the memory of a program that reads what a stranger wrote. */
#include "base/memory_limit.h"

#include "base/sanitizer.h"

#include <pthread.h>
#include <sys/resource.h>

static const char *reason;

/* In a child, between fork and exec. */
static void lift(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_DATA, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_DATA, &limit);
}

void limit_memory(size_t bytes, const char *why)
{
	struct rlimit limit;

	/* The sanitizer's own memory is more than any limit. */
	if (UNDER_ADDRESS_SANITIZER || getrlimit(RLIMIT_DATA, &limit) < 0)
		return;
	if (!reason)
		pthread_atfork(NULL, NULL, lift);
	reason = why;
	if (limit.rlim_cur > bytes)
		limit.rlim_cur = bytes;
	setrlimit(RLIMIT_DATA, &limit);
}

const char *memory_limit_reason(void)
{
	return reason;
}
