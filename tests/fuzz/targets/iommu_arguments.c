/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kernel arguments make of the IOMMU: sticky words, and those of which the last one wins. */
#include "host/iommu/iommu_arguments.h"
#include "base/alloc.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static bool is_of(const struct kernel_arguments *arguments, const char *word)
{
	for (size_t i = 0; i < arguments->words.count; i++)
		if (arguments->words.items[i] == word)
			return true;
	return !word;
}

static void check_kind(struct kernel_arguments *arguments, enum iommu_kind kind)
{
	struct iommu_arguments before, after;
	size_t count = arguments->words.count;

	iommu_arguments_read(arguments, kind, &before);
	PROMISE(is_of(arguments, before.off) && is_of(arguments, before.on));
	PROMISE(is_of(arguments, before.igfx_off) && is_of(arguments, before.no_remapping));
	PROMISE(is_of(arguments, before.acs_override));
	PROMISE(before.off || !before.off_is_sticky);

	/* Asking for it takes back what is not sticky, and nothing else. */
	strings_add(&arguments->words, "intel_iommu=on");
	iommu_arguments_read(arguments, kind, &after);
	PROMISE(after.off_is_sticky == before.off_is_sticky);
	if (before.off_is_sticky || kind == IOMMU_AMD_VI)
		PROMISE(after.off == before.off);
	else
		PROMISE(!after.off && after.on == arguments->words.items[count]);

	/* What turns it off is seen wherever it stands. */
	strings_add(&arguments->words,
		    kind == IOMMU_AMD_VI ? "amd-iommu=fullflush,off" : "iommu=off");
	iommu_arguments_read(arguments, kind, &after);
	PROMISE(after.off_is_sticky);
	PROMISE(after.off ==
		(before.off_is_sticky ? before.off : arguments->words.items[count + 1]));
	while (arguments->words.count > count)
		cleanup_free(&arguments->words.items[--arguments->words.count]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	_cleanup_free_ char *line = input_text(&input);
	_cleanup_(kernel_arguments_free) struct kernel_arguments arguments;

	kernel_arguments_parse(line, &arguments);
	check_kind(&arguments, IOMMU_UNKNOWN);
	check_kind(&arguments, IOMMU_VTD);
	check_kind(&arguments, IOMMU_AMD_VI);
	return 0;
}
