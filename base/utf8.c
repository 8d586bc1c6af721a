/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The characters of a text that may or may not be UTF-8. */
#include "base/utf8.h"

size_t utf8_decode(const char *text, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *at = (const unsigned char *)text;
	size_t length = at[0] < 0x80   ? 1
			: at[0] < 0xc2 ? 0
			: at[0] < 0xe0 ? 2
			: at[0] < 0xf0 ? 3
			: at[0] < 0xf5 ? 4
				       : 0;
	uint32_t value;

	if (length < 2) {
		*ret = at[0];
		return length;
	}
	value = at[0] & (0x7fU >> length);
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (at[i] & 0x3f);
	}
	*ret = value;
	return value < smallest[length] || value > 0x10ffff || (value >> 11) == 0x1b ? 0 : length;
}
