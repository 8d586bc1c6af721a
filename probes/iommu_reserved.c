/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.reserved: firmware claims no fixed mapping for the card's group. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/iommu.h"
#include "probes/probe.h"

#include <string.h>

/* "0x… 0x… direct": whether the third word is that. False in *well_formed for another line. */
static bool is_direct(const char *line, size_t length, bool *well_formed)
{
	const char *at = line, *end = line + length, *word = line;
	size_t word_length = 0;

	*well_formed = true;
	for (int i = 0; i < 3; i++)
		*well_formed &= next_word(&at, end, &word, &word_length) &&
				(i == 2 || starts_with(word, "0x"));
	return *well_formed && word_length == strlen("direct") &&
	       !memcmp(word, "direct", word_length);
}

static void check_group(const struct subject *subject, const char *group, struct finding *finding)
{
	_cleanup_free_ char *path = xasprintf("sys/kernel/iommu_groups/%s/reserved_regions", group);
	_cleanup_free_ char *text = NULL;
	const char *cursor, *line;
	struct error error;
	size_t length;
	int found = 0;

	if (iommu_group_reserved(subject->host, group, &text, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	for (cursor = text; next_line(&cursor, &line, &length);) {
		bool well_formed;

		if (is_direct(line, length, &well_formed)) {
			found++;
			finding_evidence(finding, path, "%.*s", (int)length, line);
			finding_say(finding, VERDICT_FAIL,
				    "firmware reserves %.*s in IOMMU group %s: the kernel will not "
				    "hand that group to a VM",
				    (int)length, line, group);
			finding_fix(finding, FIX_MANUAL, "systemctl reboot --firmware-setup",
				    "update the firmware, or turn off there what claims the region "
				    "(RMRR on Intel, IVMD on AMD: often legacy USB, SR-IOV or a "
				    "management option of the slot)");
		} else if (!well_formed) {
			finding_say(finding, VERDICT_ERROR, "/%s: a line is not \"start end type\"",
				    path);
			return;
		}
	}
	if (!found)
		finding_say(finding, VERDICT_PASS, "group %s has no region of type direct", group);
}

static void run(const struct subject *subject, struct finding *finding)
{
	_cleanup_strings_ struct strings seen = { 0 };

	for (size_t i = 0; i < subject->card->count; i++) {
		struct pci_function *function = subject->card->functions[i];
		const char *group;
		struct error error;

		if (pci_group(subject->host, function, &group, &error) < 0) {
			finding_say_error(finding, &error);
		} else if (!group) {
			finding_say(finding, VERDICT_SKIP,
				    "%s is in no IOMMU group (see iommu.isolated)", function->name);
		} else if (!strings_have(&seen, group)) {
			strings_add(&seen, group);
			check_group(subject, group, finding);
		}
	}
}

const struct probe iommu_reserved_probe = {
	.id = "iommu.reserved",
	.stage = STAGE_IOMMU,
	.scope = SCOPE_GPU,
	.title = "firmware claims no fixed mapping of the card's group",
	.needs = "iommu.enabled",
	.meaning =
		"Firmware can demand that a device keeps reaching a piece of host memory (RMRR in "
		"Intel's DMAR table, IVMD in AMD's IVRS). The kernel then refuses the whole group "
		"to user space, whatever else is right: \"Failed to set group container: Invalid "
		"argument\" or \"Firmware has requested this device have a 1:1 IOMMU mapping\".",
	.by_hand =
		"cat /sys/kernel/iommu_groups/GROUP/reserved_regions: a line that ends in \"direct\" "
		"is such a demand. \"direct-relaxable\" (graphics, USB) is waived by the kernel.",
	.remedy =
		"Update the firmware; turn off the option that claims the region; try another slot.",
	.pitfalls =
		"Kernels patched to ignore the demand let the device write where firmware still "
		"reads: not a remedy.",
	.run = run,
};
