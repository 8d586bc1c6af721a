/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parser of proc/interrupts. */
#include "host/iommu/interrupts.h"

#include "base/strings.h"

#include <errno.h>
#include <string.h>

/* "           CPU0       CPU1": how many columns of counts each row has. */
static size_t count_cpus(const char *at, const char *end)
{
	const char *word;
	size_t length, cpus = 0;

	while (next_word(&at, end, &word, &length))
		cpus += length > 3 && !memcmp(word, "CPU", 3);
	return cpus;
}

/* "  8:   1   0  IR-IO-APIC  8-edge  rtc0": the word behind the label and the counts. */
static bool chip_is_remapping(const char *at, const char *end, size_t cpus)
{
	const char *word;
	size_t length;

	for (size_t column = 0; column <= cpus; column++)
		if (!next_word(&at, end, &word, &length))
			return false;
	return next_word(&at, end, &word, &length) && length > 3 && !memcmp(word, "IR-", 3);
}

int interrupts_have_remapping(const char *text, bool *ret)
{
	const char *line;
	size_t length, cpus, rows = 0;
	bool found = false;

	if (!next_line(&text, &line, &length))
		return -EINVAL;
	cpus = count_cpus(line, line + length);
	if (!cpus)
		return -EINVAL;
	for (; next_line(&text, &line, &length); rows++)
		found |= chip_is_remapping(line, line + length, cpus);
	if (!rows)
		return -EINVAL;
	*ret = found;
	return 0;
}
