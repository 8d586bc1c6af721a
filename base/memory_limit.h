/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bound to the memory of a program that reads what a stranger wrote. */
#ifndef GPUCHECK_BASE_MEMORY_LIMIT_H
#define GPUCHECK_BASE_MEMORY_LIMIT_H

#include <stddef.h>

/*
 * What asks for more than these bytes of data (setrlimit(2), RLIMIT_DATA) gets no memory, which
 * ends the program or fails the library's call; programs that it starts are free of it. why, a text
 * that stays, is what such an end says.
 */
void limit_memory(size_t bytes, const char *why);

/* The why of the last limit; NULL without one. */
const char *memory_limit_reason(void);

#endif
