/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.reserved: firmware claims no fixed mapping for the card's group. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/iommu/iommu.h"
#include "host/iommu/reserved_regions.h"
#include "probes/firmware_fix.h"
#include "probes/probe.h"

#include <string.h>

static void say_direct(const struct subject *subject, const char *group,
		       const struct reserved_region *region, struct finding *finding)
{
	bool amd = iommu_kind(subject->host) == IOMMU_AMD_VI;
	_cleanup_free_ char *what = xasprintf(
		"update the firmware, or turn off there what claims the region (%s; often "
		"legacy USB, SR-IOV or a management option of the slot)",
		amd ? "an IVMD entry of the IVRS table" : "an RMRR of the DMAR table");

	finding_say(finding, VERDICT_FAIL,
		    "firmware wants 0x%llx-0x%llx mapped one to one for IOMMU group %s: the kernel "
		    "will not hand that group to a VM",
		    (unsigned long long)region->start, (unsigned long long)region->end, group);
	firmware_fix(subject, finding, what);
}

static void check_group(const struct subject *subject, const char *group, struct finding *finding)
{
	_cleanup_free_ char *path = xasprintf("sys/kernel/iommu_groups/%s/reserved_regions", group);
	_cleanup_free_ char *text = NULL;
	const char *cursor, *line;
	struct error error;
	size_t length;

	if (iommu_group_reserved(subject->host, group, &text, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (!*text)
		finding_say(finding, VERDICT_ERROR,
			    "/%s is empty: every group has at least a region for interrupts", path);
	for (cursor = text; next_line(&cursor, &line, &length);) {
		struct reserved_region region;

		if (!reserved_region_parse(line, length, &region)) {
			finding_say(finding, VERDICT_ERROR, "/%s: a line is not \"start end type\"",
				    path);
			return;
		}
		finding_evidence(finding, path, "%.*s", (int)length, line);
		if (!strcmp(region.type, "direct"))
			say_direct(subject, group, &region, finding);
	}
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
	.by_hand = "$ cat /sys/bus/pci/devices/0000:01:00.0/iommu_group/reserved_regions\n"
		   "A line that ends in \"direct\" is such a demand. \"direct-relaxable\" "
		   "(graphics, USB) is one that the kernel waives.",
	.remedy =
		"Update the firmware; turn off the option that claims the region; try another slot.",
	.pitfalls =
		"Kernels patched to ignore the demand let the device write where firmware still "
		"reads: not a remedy.",
	.run = run,
};
