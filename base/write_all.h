/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing all of a text, however many calls that takes. */
#ifndef GPUCHECK_BASE_WRITE_ALL_H
#define GPUCHECK_BASE_WRITE_ALL_H

#include <stddef.h>

/* -errno of write(2); what it took before that stays written. An interrupt is no error. */
int write_all(int descriptor, const char *text, size_t length);

#endif
