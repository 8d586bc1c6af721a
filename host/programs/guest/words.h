/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of one line of a guest's answer. */
#ifndef GPUCHECK_HOST_PROGRAMS_GUEST_WORDS_H
#define GPUCHECK_HOST_PROGRAMS_GUEST_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words {
	char *items[6]; /* in the line that was split */
	size_t count;
};

/* False for more words than a line of ours has, and for what is not printable ASCII. */
bool words_split(char *line, struct words *ret);

/* "0x" and exactly so many hexadecimal digits, as sysfs writes them. */
bool word_is_hex(const char *word, size_t digits);

/* Letters, digits, '_', '-' and '.', at most so many: what the kernel names things. */
bool word_is_name(const char *word, size_t most);

#endif
