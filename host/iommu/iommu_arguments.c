/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel makes of the IOMMU's kernel arguments. */
#include "host/iommu/iommu_arguments.h"

#include <string.h>

/* The kernel compares pieces of a comma list by strncmp: "off" also matches "offline". */
static bool next_piece(const char **cursor, const char **piece)
{
	const char *at = *cursor + strspn(*cursor, ",");

	*piece = at;
	*cursor = at + strcspn(at, ",");
	return *at != '\0';
}

/* iommu=off sets no_iommu, and amd_iommu=off amd_iommu_disabled; nothing ever clears them. */
static void read_sticky(const char *word, const char *value, struct iommu_arguments *found)
{
	const char *piece;

	while (next_piece(&value, &piece)) {
		if (!starts_with(piece, "off") || found->off_is_sticky)
			continue;
		found->off = word;
		found->off_is_sticky = true;
	}
}

/* Of intel_iommu= the last on or off wins, inside a list as between words. */
static void read_intel(const char *word, const char *value, struct iommu_arguments *found)
{
	const char *piece;

	while (next_piece(&value, &piece)) {
		if (starts_with(piece, "on")) {
			found->on = word;
			if (!found->off_is_sticky)
				found->off = NULL;
		} else if (starts_with(piece, "off")) {
			found->on = NULL;
			if (!found->off_is_sticky)
				found->off = word;
		} else if (starts_with(piece, "igfx_off")) {
			found->igfx_off = word;
		}
	}
}

static void read_remapping(const char *word, const char *value, struct iommu_arguments *found)
{
	const char *piece;

	while (next_piece(&value, &piece)) {
		if (starts_with(piece, "on"))
			found->no_remapping = NULL;
		else if (starts_with(piece, "off"))
			found->no_remapping = word;
	}
}

void iommu_arguments_read(const struct kernel_arguments *arguments, enum iommu_kind kind,
			  struct iommu_arguments *ret)
{
	struct iommu_arguments found = { 0 };

	for (size_t i = 0; i < arguments->words.count; i++) {
		const char *word = arguments->words.items[i], *value;

		if ((value = kernel_argument_value(word, "iommu")))
			read_sticky(word, value, &found);
		else if (kind != IOMMU_VTD && (value = kernel_argument_value(word, "amd_iommu")))
			read_sticky(word, value, &found);
		else if (kind != IOMMU_AMD_VI &&
			 (value = kernel_argument_value(word, "intel_iommu")))
			read_intel(word, value, &found);
		else if (!strcmp(word, "nointremap"))
			found.no_remapping = word;
		else if ((value = kernel_argument_value(word, "intremap")))
			read_remapping(word, value, &found);
		else if ((value = kernel_argument_value(word, "pcie_acs_override")))
			found.acs_override = word;
	}
	*ret = found;
}
