/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PCI function's resource file. */
#include "base/alloc.h"
#include "host/pci/pci_config.h"
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <string.h>

enum { BARS = 6 };

static char *print(const struct pci_bar *bars, size_t count)
{
	struct pci_bar all[BARS] = { 0 };
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	for (size_t i = 0; i < count; i++)
		all[bars[i].index] = bars[i];
	for (size_t i = 0; i < BARS; i++)
		fprintf(out, "0x%016" PRIx64 " 0x%016" PRIx64 " 0x%016" PRIx64 "\n", all[i].start,
			all[i].end, all[i].flags);
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct pci_bar bars[BARS] = { 0 }, again[BARS] = { 0 };
	_cleanup_free_ char *text = NULL, *printed = NULL;
	size_t length, count, count_again;

	text = input_rest(&input, &length);
	if (pci_resource_parse(text, length, bars, &count) < 0)
		return 0;
	PROMISE(count <= BARS);
	for (size_t i = 0; i < count; i++)
		PROMISE(bars[i].index < BARS && (!i || bars[i].index > bars[i - 1].index) &&
			bars[i].flags);
	printed = print(bars, count);
	PROMISE(pci_resource_parse(printed, strlen(printed), again, &count_again) == 0);
	PROMISE(count == count_again && !memcmp(bars, again, sizeof(bars)));
	return 0;
}
