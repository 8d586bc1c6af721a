/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.remapping: a VM's device cannot raise interrupts it was not given. */
#include "base/alloc.h"
#include "host/iommu/iommu.h"
#include "probes/boot_arguments.h"
#include "probes/firmware_fix.h"

#define UNSAFE "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"

static void run(const struct subject *subject, struct finding *finding)
{
	_cleanup_free_ char *what = NULL;
	struct boot_arguments boot;
	bool remapped, unsafe;
	struct error error;

	if (interrupts_are_remapped(subject->host, &remapped, &error) < 0 ||
	    unsafe_interrupts_are_allowed(subject->host, &unsafe, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	finding_evidence(finding, "proc/interrupts", "%s", remapped ? "IR- chips" : "no IR- chip");
	if (unsafe) {
		finding_evidence(finding, UNSAFE, "Y");
		finding_say(
			finding, VERDICT_WARN,
			remapped
				? "interrupts are remapped, yet allow_unsafe_interrupts is set: "
				  "nothing here needs it"
				: "interrupts are not remapped and allow_unsafe_interrupts lets "
				  "VMs start all the same: a guest can forge interrupts of the host");
		finding_fix(finding, FIX_MANUAL, NULL,
			    remapped
				    ? "take allow_unsafe_interrupts out of /etc/modprobe.d and the "
				      "kernel arguments"
				    : "turn on interrupt remapping in firmware, then "
				      "take allow_unsafe_interrupts out again");
		return;
	}
	if (remapped) {
		finding_say(finding, VERDICT_PASS, "interrupts go through remapping (IR-) chips");
		return;
	}
	finding_say(finding, VERDICT_FAIL,
		    "no interrupt goes through a remapping (IR-) chip: vfio refuses the card (\"No "
		    "interrupt remapping support\")");
	if (!boot_arguments_read(subject, &boot, NULL) && boot.now.no_remapping) {
		finding_evidence(finding, "proc/cmdline", "%s", boot.now.no_remapping);
		what = xasprintf("take %s out of the kernel arguments", boot.now.no_remapping);
		boot_arguments_fix(subject, finding, what);
	} else {
		firmware_fix(subject, finding,
			     "turn on the IOMMU's interrupt remapping and x2APIC in firmware, and "
			     "update it");
	}
}

const struct probe iommu_remapping_probe = {
	.id = "iommu.remapping",
	.stage = STAGE_IOMMU,
	.scope = SCOPE_HOST,
	.title = "interrupts are remapped",
	.needs = "iommu.enabled",
	.meaning =
		"A device raises an interrupt by writing to memory. Remapping lets the IOMMU check "
		"those writes; without it a guest's device could raise any interrupt of the host, "
		"so vfio refuses.",
	.by_hand = "$ grep -c ' IR-' /proc/interrupts\n"
		   "$ dmesg | grep -i remapping\n"
		   "$ cat /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts",
	.remedy = "Firmware: turn on VT-d or AMD-Vi with interrupt remapping, and x2APIC; or "
		  "update the firmware. Kernel: take intremap=off and nointremap out of its "
		  "arguments.",
	.pitfalls =
		"allow_unsafe_interrupts=1 makes the VM start and removes the protection: a last "
		"resort for guests you would trust with root.",
	.run = run,
};
