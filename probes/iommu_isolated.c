/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.isolated: nothing foreign in the card's IOMMU groups keeps them from a VM. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/card/gpu_kind.h"
#include "host/iommu/iommu.h"
#include "host/modules/kernel_modules.h"
#include "host/pci/pci_names.h"
#include "probes/boot_arguments.h"
#include "probes/driver_evidence.h"

#include <string.h>

/* What one group of the card holds beside it. */
struct group {
	const char *name;
	struct strings blocking; /* in words: who, and on what driver */
	struct strings idle;     /* harmless now, and useless to anybody else */
	size_t bridges;
};

/* A PCI-PCI bridge by header type (NVSwitch and ISA bridges have type 0), or a host bridge. */
static int is_bridge(const struct subject *subject, struct pci_function *function, bool *ret,
		     struct error *error)
{
	struct pci_config config;
	unsigned class;
	int r = pci_class(subject->host, function, &class, error);

	if (r < 0)
		return r;
	*ret = class >> 8 == 0x0600;
	if (*ret)
		return 0;
	r = pci_config(subject->host, function, &config, error);
	if (r == 0)
		*ret = config.header == 1;
	return r;
}

static void sort_member(struct group *group, const char *who, const char *driver, bool tolerated)
{
	if (driver && !tolerated)
		strings_take(&group->blocking, xasprintf("%s on driver %s", who, driver));
	else
		strings_take(&group->idle, xasprintf("%s (%s%s)", who, driver ? "on " : "no driver",
						     driver ? driver : ""));
}

/* The kernel tolerates drivers that leave DMA alone (iommu_group_claim_dma_owner). */
static int judge_member(const struct subject *subject, struct pci_function *function,
			struct group *group, struct finding *finding, struct error *error)
{
	_cleanup_free_ char *who = pci_describe(subject->host, function);
	bool bridge, vfio;
	const char *driver;
	int r = is_bridge(subject, function, &bridge, error);

	if (r == 0)
		r = driver_evidence(subject, function, finding, &driver, &vfio, error);
	if (r < 0)
		return r;
	if (bridge && (!driver || !strcmp(driver, "pcieport")))
		group->bridges++;
	else
		sort_member(group, who, driver, vfio || (driver && !strcmp(driver, "pci-stub")));
	return 0;
}

/* A member that is no PCI function has no class to excuse it. */
static int judge_other(const struct subject *subject, const char *member, struct group *group,
		       struct error *error)
{
	_cleanup_free_ char *driver = NULL;
	int r = iommu_member_driver(subject->host, group->name, member, &driver, error);

	if (r == 0)
		sort_member(group, member, driver, false);
	return r;
}

static void say_group(const struct subject *subject, const struct group *group,
		      struct finding *finding)
{
	_cleanup_free_ char *blocking = strings_join(&group->blocking, ", ");
	_cleanup_free_ char *idle = strings_join(&group->idle, ", ");

	if (group->idle.count) {
		finding_say(
			finding, VERDICT_WARN,
			"group %s also holds %s: while the card is in a VM nobody else can use %s",
			group->name, idle, group->idle.count > 1 ? "them" : "it");
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"leave it as it is if the host does not need it; else put the card into "
			"another slot");
	}
	if (!group->blocking.count)
		return;
	finding_say(finding, VERDICT_FAIL, "group %s also holds %s", group->name, blocking);
	if (gpu_kind(subject->host, subject->card->functions[0]) == GPU_INTEGRATED)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "this GPU is part of the processor and cannot move: give the VM all of "
			    "group %s, or another GPU",
			    group->name);
	else
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"put the card into another slot (one of the CPU's own root ports), or "
			"update the firmware, or turn on ACS there; or keep the drivers off what "
			"shares the group (%s) and give it up with the card",
			blocking);
}

static void judge_group(const struct subject *subject, struct group *group, struct finding *finding)
{
	_cleanup_free_ char *path = xasprintf("sys/kernel/iommu_groups/%s/devices", group->name);
	_cleanup_free_ char *joined = NULL;
	_cleanup_strings_ struct strings members = { 0 };
	struct error error;
	bool listed = false;
	int r = iommu_group_members(subject->host, group->name, &members, &error);

	if (r < 0) {
		finding_say_error(finding, &error);
		return;
	}
	joined = strings_join(&members, " ");
	finding_evidence(finding, path, "%s", joined);
	for (size_t i = 0; i < members.count; i++) {
		const char *member = members.items[i];
		struct pci_function *function = NULL;
		struct pci_address address;
		bool is_pci = pci_address_parse(member, &address);

		if (is_pci && card_has(subject->card, &address)) {
			listed = true;
			continue;
		}
		if (is_pci)
			function = pci_find(subject->host, &address);
		r = function ? judge_member(subject, function, group, finding, &error)
			     : judge_other(subject, member, group, &error);
		if (r < 0)
			finding_say_error(finding, &error);
	}
	say_group(subject, group, finding);
	if (!listed)
		finding_say(finding, VERDICT_ERROR, "/%s does not list the card that links to it",
			    path);
}

static void say_no_group(const struct subject *subject, struct pci_function *function,
			 struct finding *finding)
{
	_cleanup_free_ char *who = pci_describe(subject->host, function);

	finding_say(
		finding, VERDICT_FAIL, "%s is in no IOMMU group, although others are%s", who,
		gpu_kind(subject->host, function) == GPU_INTEGRATED
			? ": this kernel leaves the integrated GPU out unless intel_iommu=on asks"
			: "");
	if (gpu_kind(subject->host, function) == GPU_INTEGRATED)
		boot_arguments_fix(subject, finding, "add intel_iommu=on");
}

/* Each group of the card once; what they hold beside it is said for each. */
static void judge_card(const struct subject *subject, struct finding *finding)
{
	_cleanup_strings_ struct strings seen = { 0 };
	_cleanup_free_ char *joined = NULL;
	size_t bridges = 0;

	for (size_t i = 0; i < subject->card->count; i++) {
		struct pci_function *function = subject->card->functions[i];
		struct group group = { 0 };
		struct error error;

		if (pci_group(subject->host, function, &group.name, &error) < 0) {
			finding_say_error(finding, &error);
		} else if (!group.name) {
			say_no_group(subject, function, finding);
		} else if (!strings_have(&seen, group.name)) {
			strings_add(&seen, group.name);
			judge_group(subject, &group, finding);
			bridges += group.bridges;
			strings_free(&group.blocking);
			strings_free(&group.idle);
		}
	}
	joined = strings_join(&seen, ", ");
	finding_say(finding, VERDICT_PASS, "group%s %s hold%s only this card%s",
		    seen.count == 1 ? "" : "s", joined, seen.count == 1 ? "s" : "",
		    bridges ? " and bridges, which are harmless" : "");
}

static void run(const struct subject *subject, struct finding *finding)
{
	const struct kernel_arguments *running;
	struct iommu_arguments arguments;
	struct error error;

	judge_card(subject, finding);
	if (kernel_arguments_running(subject->host, &running, &error) < 0) {
		finding_say(
			finding, VERDICT_ERROR,
			"whether pcie_acs_override splits the groups on paper cannot be told: %s",
			error.text);
		return;
	}
	iommu_arguments_read(running, IOMMU_UNKNOWN, &arguments);
	if (!arguments.acs_override)
		return;
	finding_evidence(finding, "proc/cmdline", "%s", arguments.acs_override);
	finding_say(finding, VERDICT_WARN,
		    "%s splits groups on paper only, where the kernel heeds it at all: devices can "
		    "still reach each other",
		    arguments.acs_override);
	if (!finding->fix_summary)
		finding_fix(
			finding, FIX_MANUAL, NULL,
			"take %s out of the kernel arguments and look at the groups as they are",
			arguments.acs_override);
}

const struct probe iommu_isolated_probe = {
	.id = "iommu.isolated",
	.stage = STAGE_IOMMU,
	.scope = SCOPE_GPU,
	.title = "the card shares its IOMMU groups with nothing that blocks it",
	.needs = "iommu.enabled",
	.meaning =
		"A group is the smallest set of devices the IOMMU can tell apart; it goes to a VM as "
		"a whole or not at all. Every function of the card may sit in a group with other "
		"functions of the card and with bridges that have no driver or pcieport. Any other "
		"member must give up its driver, and can then be used by nobody else.",
	.by_hand = "$ gpucheck --topology\n"
		   "draws who shares the group, and which port lets them. Without gpucheck:\n"
		   "$ ls /sys/bus/pci/devices/0000:01:00.0/iommu_group/devices\n"
		   "$ lspci -nnks ADDRESS\n"
		   "the second one for each address that the first one shows.",
	.remedy = "Put the card into another slot, best one wired to the CPU: gpucheck "
		  "--topology names root ports that are free. Or update the firmware, or turn on "
		  "ACS there. Or give everything in the group to the same VM.",
	.pitfalls =
		"A root port in the group is harmless, though several tools complain. A bridge is "
		"known by its header type: NVSwitches (0680) and ISA bridges (0601) are none. A "
		"host bridge that has a driver (skl_uncore, igen6_edac) does block. "
		"pcie_acs_override= needs a patched kernel and hides the sharing instead of "
		"ending it.",
	.run = run,
};
