/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which known word was meant by one that is not known. */
#include "base/nearest.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

enum { LONGEST = 64, LETTERS_A_SLIP = 3 };

static unsigned least(unsigned one, unsigned other)
{
	return one < other ? one : other;
}

static bool same_letter(char one, char other)
{
	return tolower((unsigned char)one) == tolower((unsigned char)other);
}

unsigned edit_distance(const char *one, const char *other)
{
	const size_t rows = strlen(one), columns = strlen(other);
	/* Of row i: from the first i letters of one to each beginning of other. */
	unsigned table[3][LONGEST + 1] = { 0 };

	if (rows > LONGEST || columns > LONGEST)
		return UINT_MAX;
	for (unsigned k = 0; k <= columns; k++)
		table[0][k] = k;
	for (unsigned i = 1; i <= rows; i++) {
		const unsigned *above = table[(i - 1) % 3], *two_above = table[(i + 1) % 3];
		unsigned *row = table[i % 3];

		row[0] = i;
		for (size_t k = 1; k <= columns; k++) {
			bool same = same_letter(one[i - 1], other[k - 1]);

			row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + !same);
			if (i > 1 && k > 1 && same_letter(one[i - 1], other[k - 2]) &&
			    same_letter(one[i - 2], other[k - 1]))
				row[k] = least(row[k], two_above[k - 2] + 1);
		}
	}
	return table[rows % 3][columns];
}

const char *nearest_word(const char *word, const struct strings *known)
{
	const char *nearest = NULL;
	unsigned best = UINT_MAX;

	for (size_t i = 0; i < known->count; i++) {
		const unsigned distance = edit_distance(word, known->items[i]);

		if (distance < best && distance <= strlen(known->items[i]) / LETTERS_A_SLIP) {
			best = distance;
			nearest = known->items[i];
		}
	}
	return nearest;
}
