/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which known word was meant by one that is not known. */
#ifndef GPUCHECK_BASE_NEAREST_H
#define GPUCHECK_BASE_NEAREST_H

#include "base/strings.h"

/*
 * Letters to insert, drop, replace or swap with their neighbour until one word is the other
 * (optimal string alignment); capitals count as small letters. Words of more than 64 bytes are
 * never near.
 */
unsigned edit_distance(const char *one, const char *other);

/* The first of the nearest words, if it is a slip away: a third of its letters at most. NULL. */
const char *nearest_word(const char *word, const struct strings *known);

#endif
