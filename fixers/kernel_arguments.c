/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.enabled, iommu.cmdline: let the kernel's arguments leave the IOMMU on. */
#include "base/alloc.h"
#include "fixers/boot_words.h"
#include "fixers/fixer.h"
#include "host/iommu/iommu.h"
#include "probes/boot_arguments.h"

#include <errno.h>

/* An argument is to blame: one turns it off, or (Intel) the kernel wants to be asked. */
static bool arguments_are_to_blame(const struct repair *repair, const struct boot_arguments *boot)
{
	struct host *host = repair->subject.host;
	bool table = false;

	if (boot->now.off || (boot->boot && boot->next.off))
		return true;
	return iommu_kind(host) == IOMMU_VTD && !boot->now.on &&
	       firmware_has_table(host, "DMAR", &table, NULL) == 0 && table;
}

static enum fixer_answer propose(const struct repair *repair, struct plan *plan,
				 struct error *error)
{
	struct host *host = repair->subject.host;
	_cleanup_strings_ struct strings words = { 0 };
	struct boot_arguments boot;
	bool vtd = iommu_kind(host) == IOMMU_VTD;
	int r;

	/* What only surprises is a matter of taste: the finding says how to change it. */
	if (repair->finding->verdict != VERDICT_FAIL)
		return FIXER_BY_HAND;
	if (boot_arguments_read(&repair->subject, &boot, error) < 0)
		return FIXER_REFUSED;
	if (!arguments_are_to_blame(repair, &boot))
		return FIXER_BY_HAND;
	if (boot.next_code < 0 && boot.next_code != -ENOENT) {
		error_set(error, EINVAL, "what the next boot will do cannot be read: %s",
			  boot.next_error.text);
		return FIXER_REFUSED;
	}
	if (boot.boot && !boot.next.off && (!vtd || boot.next.on))
		return FIXER_IN_PLACE;
	if (vtd)
		strings_add(&words, "intel_iommu=on");
	r = boot_words_want(plan, host, &words, error);
	if (r < 0)
		return FIXER_REFUSED;
	/* Below a root nothing updates the boot loader's configuration. */
	if (r == 0 && host_is_live(host) && boot.boot && boot.next.off) {
		error_set(error, EEXIST,
			  "what mends it is in place, and yet the default entry of /%s has %s: "
			  "update the boot loader's configuration, and look what sets it there",
			  boot.boot->source, boot.next.off);
		return FIXER_REFUSED;
	}
	if (r == 0)
		return FIXER_IN_PLACE;
	plan_say(&plan->steps, "%s: the kernel's arguments no longer turn %s off%s", repair->check,
		 iommu_kind(host) == IOMMU_AMD_VI ? "AMD-Vi"
		 : vtd                            ? "VT-d"
						  : "the IOMMU",
		 vtd ? ", and ask for it" : "");
	plan_say(&plan->reboot, "the kernel reads its arguments when it boots");
	return FIXER_PROPOSED;
}

static const char *const checks[] = { "iommu.enabled", "iommu.cmdline", NULL };

const struct fixer kernel_arguments_fixer = {
	.checks = checks,
	.does = "GRUB: writes /etc/default/grub.d/99-gpucheck.cfg, which leaves out of both of GRUB's "
		"variables what turns the IOMMU off and adds intel_iommu=on on Intel, and runs "
		"update-grub. systemd-boot: edits /etc/kernel/cmdline, and runs proxmox-boot-tool or "
		"kernel-install. Pop!_OS: edits /etc/kernelstub/configuration, and runs kernelstub. Then "
		"it looks for the words in the default entry. A reboot makes it real.",
	.risk = RISK_NEXT_BOOT,
	.propose = propose,
};
