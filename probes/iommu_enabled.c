/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.enabled: VT-d or AMD-Vi is at work; failing, which layer keeps it off. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/iommu/iommu.h"
#include "probes/boot_arguments.h"
#include "probes/firmware_fix.h"

#include <errno.h>

/* What each maker calls it. */
struct naming {
	const char *unit, *table, *menu, *log;
};

static const struct naming *naming_of(struct host *host)
{
	static const struct naming names[] = {
		[IOMMU_UNKNOWN] = { "the IOMMU", "DMAR or IVRS",
				    "VT-d (Intel) or IOMMU / AMD-Vi (AMD)", "'DMAR|AMD-Vi'" },
		[IOMMU_VTD] = { "VT-d", "DMAR", "VT-d (Intel Virtualization for Directed I/O)",
				"DMAR" },
		[IOMMU_AMD_VI] = { "AMD-Vi", "IVRS", "IOMMU (AMD CBS, NBIO: AMD-Vi)", "AMD-Vi" },
	};

	return &names[iommu_kind(host)];
}

/* The first function with a group of a real IOMMU; NULL in *ret when none has one. */
static int find_grouped(struct host *host, struct pci_function **ret, const char **group,
			bool *noiommu, struct error *error)
{
	const struct pci_functions *all;
	int r = pci_functions(host, &all, error);

	*noiommu = false;
	*ret = NULL;
	for (size_t i = 0; r == 0 && !*ret && i < all->count; i++) {
		bool fake = false;

		r = pci_group(host, &all->items[i], group, error);
		if (r < 0 || !*group)
			continue;
		r = iommu_group_is_noiommu(host, *group, &fake, error);
		*noiommu |= fake;
		if (r == 0 && !fake)
			*ret = &all->items[i];
	}
	return r;
}

static void blame_kernel(const struct subject *subject, const struct naming *names,
			 struct finding *finding)
{
	_cleanup_free_ char *command = xasprintf("dmesg | grep -E %s", names->log);
	_cleanup_free_ char *undo = NULL;
	struct boot_arguments boot;
	struct error error;
	bool waits;

	if (boot_arguments_read(subject, &boot, &error) < 0) {
		finding_say(finding, VERDICT_FAIL,
			    "%s is off although firmware offers it (table %s); %s", names->unit,
			    names->table, error.text);
		return;
	}
	boot_arguments_evidence(subject, &boot, finding);
	waits = boot.boot && (boot.now.off ? !boot.next.off : boot.next.on && !boot.now.on);
	if (boot.now.off) {
		undo = boot_arguments_undo(&boot.now);
		finding_say(
			finding, VERDICT_FAIL,
			"%s is off: firmware offers it (table %s), the kernel argument %s turns "
			"it off%s%s",
			names->unit, names->table, boot.now.off,
			boot.now.off_is_sticky ? ", and no later one takes that back" : "",
			waits ? "; the next boot's arguments are right: reboot" : "");
		boot_arguments_fix(subject, finding, undo);
	} else if (iommu_kind(subject->host) != IOMMU_AMD_VI && !boot.now.on) {
		finding_say(finding, VERDICT_FAIL,
			    "%s is off: firmware offers it (table %s), and this kernel wants to be "
			    "asked: intel_iommu=on is not among its arguments%s",
			    names->unit, names->table,
			    waits ? "; the next boot's have it: reboot" : "");
		boot_arguments_fix(subject, finding, "add intel_iommu=on to the kernel arguments");
	} else {
		finding_say(
			finding, VERDICT_FAIL,
			"%s is off: firmware offers it (table %s) and no kernel argument turns it "
			"off, so the kernel lacks the driver or rejected the table",
			names->unit, names->table);
		finding_fix(finding, FIX_MANUAL, command,
			    "read what the kernel says of the table; update firmware and kernel");
	}
	if (waits)
		finding_fix(finding, FIX_MANUAL, "systemctl reboot", "reboot");
}

static void blame_layer(const struct subject *subject, struct finding *finding)
{
	const struct naming *names = naming_of(subject->host);
	_cleanup_free_ char *what = NULL;
	bool dmar = false, ivrs = false;
	struct error error;

	if (firmware_has_table(subject->host, "DMAR", &dmar, &error) < 0 ||
	    firmware_has_table(subject->host, "IVRS", &ivrs, &error) < 0) {
		finding_say(finding, VERDICT_FAIL,
			    "%s is off; whether firmware or kernel keeps it off cannot be told: %s",
			    names->unit, error.text);
		return;
	}
	finding_evidence(finding, "sys/firmware/acpi/tables", "%s",
			 dmar   ? "DMAR"
			 : ivrs ? "IVRS"
				: "neither DMAR nor IVRS");
	if (dmar || ivrs) {
		blame_kernel(subject, names, finding);
		return;
	}
	what = xasprintf(
		"turn on %s in the firmware's chipset or CPU menu (a board that has no such "
		"entry cannot do it)",
		names->menu);
	finding_say(finding, VERDICT_FAIL, "%s is off in firmware: there is no ACPI table %s",
		    names->unit, names->table);
	firmware_fix(subject, finding, what);
}

static void run(const struct subject *subject, struct finding *finding)
{
	_cleanup_free_ char *joined = NULL;
	struct pci_function *grouped;
	const struct strings *units;
	const char *group;
	struct error error;
	bool noiommu;

	if (iommu_units(subject->host, &units, &error) < 0 ||
	    find_grouped(subject->host, &grouped, &group, &noiommu, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	joined = strings_join(units, " ");
	finding_evidence(finding, "sys/class/iommu", "%s", units->count ? joined : "empty");
	if (units->count && grouped) {
		_cleanup_free_ char *path = pci_path(grouped, "iommu_group");

		finding_evidence(finding, path, "%s", group);
		finding_say(finding, VERDICT_PASS, "%s is at work (%s) and PCI devices have groups",
			    naming_of(subject->host)->unit, joined);
		return;
	}
	if (units->count) {
		finding_say(finding, VERDICT_FAIL,
			    "%s shows units (%s), but no PCI device has an IOMMU group",
			    naming_of(subject->host)->unit, joined);
		finding_fix(finding, FIX_MANUAL, "dmesg | grep -E 'DMAR|AMD-Vi|iommu'",
			    "read what the kernel says of its units");
		return;
	}
	blame_layer(subject, finding);
	if (noiommu)
		finding_say(
			finding, VERDICT_FAIL,
			"the groups that are there are vfio's own (noiommu) and protect nothing");
}

const struct probe iommu_enabled_probe = {
	.id = "iommu.enabled",
	.stage = STAGE_IOMMU,
	.scope = SCOPE_HOST,
	.title = "the IOMMU (VT-d, AMD-Vi) is at work",
	.meaning =
		"The IOMMU translates and limits what a device reaches in memory; only with it can a "
		"device be handed to a VM. Firmware must offer it (ACPI table DMAR on Intel, IVRS "
		"on AMD) and the kernel must use it: then /sys/class/iommu has an entry and every "
		"PCI device a group.",
	.by_hand = "$ ls /sys/class/iommu\n"
		   "It must show dmar0 (Intel) or ivhd0 (AMD). Where it does not:\n"
		   "$ ls /sys/firmware/acpi/tables/ | grep -E 'DMAR|IVRS'\n"
		   "$ cat /proc/cmdline",
	.remedy = "No table: turn VT-d or AMD-Vi on in firmware, to which this leads:\n"
		  "$ systemctl reboot --firmware-setup\n"
		  "Table there: take iommu=off, intel_iommu=off or amd_iommu=off out of the "
		  "kernel arguments; on Intel, add intel_iommu=on where the kernel does not turn "
		  "it on by itself. AMD-Vi needs no argument.",
	.pitfalls =
		"The log line \"DMAR: IOMMU enabled\" only says that intel_iommu=on was read: it "
		"appears on AMD machines too. A DMAR table alone proves nothing either. "
		"/sys/kernel/iommu_groups also fills from vfio's noiommu mode, which protects "
		"nothing. iommu=pt is optional.",
	.run = run,
};
