/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words that fixers want among the kernel's arguments. */
#include "tests/fuzz/wanted_words.h"

#include "base/alloc.h"
#include "host/iommu/iommu_arguments.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { MOST = 2 };

struct strings wanted_words(uint8_t choice)
{
	static const char *const sets[][MOST] = {
		{ "intel_iommu=on" },
		{ NULL },
		{ "initcall_blacklist=sysfb_init" },
		{ "vfio-pci.ids=10de:2504,10de:228e" },
		{ "intel_iommu=on", "vfio-pci.ids=10de:2504" },
	};
	struct strings words = { 0 };

	for (size_t i = 0; i < MOST; i++)
		if (sets[choice % ARRAY_SIZE(sets)][i])
			strings_add(&words, sets[choice % ARRAY_SIZE(sets)][i]);
	return words;
}

void promise_in_effect(const char *line, const struct strings *wanted)
{
	_cleanup_(kernel_arguments_free) struct kernel_arguments arguments;
	struct iommu_arguments iommu;

	kernel_arguments_parse(line, &arguments);
	for (size_t i = 0; i < wanted->count; i++) {
		size_t times = 0;

		for (size_t k = 0; k < arguments.words.count; k++)
			times += !strcmp(arguments.words.items[k], wanted->items[i]);
		PROMISE(times == 1);
	}
	iommu_arguments_read(&arguments, IOMMU_UNKNOWN, &iommu);
	PROMISE(!iommu.off);
}
