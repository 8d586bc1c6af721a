/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The characters of a text that may or may not be UTF-8. */
#ifndef GPUCHECK_BASE_UTF8_H
#define GPUCHECK_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the sequence at text and its character; 0 when it is none (Unicode 15, table 3-7). */
size_t utf8_decode(const char *text, uint32_t *ret);

#endif
