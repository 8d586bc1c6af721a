/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host.kvm: this host can run hardware-assisted VMs. */
#include "host/cpu.h"
#include "probes/firmware_fix.h"
#include "probes/probe.h"

#include <errno.h>

static void say_why_not(const struct subject *subject, struct finding *finding)
{
	struct error error;
	struct cpu cpu;

	if (cpu_read(subject->host, &cpu, &error) < 0) {
		finding_say(finding, VERDICT_ERROR, "KVM is not there, and why cannot be told: %s",
			    error.text);
		return;
	}
	finding_evidence(finding, "proc/cpuinfo", "flags: %s%s",
			 cpu.flag ? cpu.flag : "neither vmx nor svm",
			 cpu.hypervisor ? ", hypervisor" : "");
	if (cpu.flag) {
		finding_say(finding, VERDICT_FAIL, "the CPU has %s, but the kernel offers no KVM",
			    cpu.flag);
		finding_fix(finding, FIX_MANUAL,
			    cpu.amd ? "modprobe kvm_amd" : "modprobe kvm_intel",
			    "load the module, and read in the kernel's log what it says");
		return;
	}
	finding_say(finding, VERDICT_FAIL,
		    "the CPU shows neither vmx nor svm: virtualization is off%s",
		    cpu.hypervisor ? ", and this host is itself a guest" : " in firmware");
	if (cpu.hypervisor)
		finding_fix(finding, FIX_MANUAL, NULL,
			    "let the hypervisor around this host pass virtualization on (nested)");
	else
		firmware_fix(subject, finding,
			     !cpu.known
				     ? "turn on VT-x (Intel) or SVM Mode (AMD) in the firmware's "
				       "CPU menu"
			     : cpu.amd ? "turn on SVM Mode in the firmware's CPU menu"
				       : "turn on Intel Virtualization Technology (VT-x) in the "
					 "firmware's CPU menu");
}

static void run(const struct subject *subject, struct finding *finding)
{
	/* A record that is whole holds what trying showed. */
	bool tried = host_is_whole(subject->host);
	struct error error;
	struct cpu cpu;
	int usable = kvm_is_usable(subject->host, &error);

	if (usable == -EACCES || usable == -EPERM) {
		finding_say(finding, VERDICT_ERROR,
			    "%s: trying it needs root or membership of the group kvm", error.text);
		return;
	}
	if (usable < 0) {
		finding_say_error(finding, &error);
		return;
	}
	finding_evidence(finding, tried ? "dev/kvm" : "sys/class/misc/kvm", "%s",
			 usable ? "usable" : "not there");
	if (!usable) {
		say_why_not(subject, finding);
		return;
	}
	if (tried) {
		finding_say(finding, VERDICT_PASS, "/dev/kvm opens for reading and writing");
		return;
	}
	if (cpu_read(subject->host, &cpu, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	if (!cpu.flag) {
		say_why_not(subject, finding);
		return;
	}
	finding_evidence(finding, "proc/cpuinfo", "flags: %s", cpu.flag);
	finding_say(finding, VERDICT_PASS, "the kernel offers KVM and the CPU has %s", cpu.flag);
}

const struct probe host_kvm_probe = {
	.id = "host.kvm",
	.stage = STAGE_HOST,
	.scope = SCOPE_HOST,
	.title = "KVM is usable",
	.meaning =
		"A VM that is handed a PCI device runs under KVM. The kernel offers it as /dev/kvm "
		"when the CPU can virtualize (Intel VT-x, AMD SVM) and firmware has not locked "
		"that away.",
	.by_hand = "$ ls -l /dev/kvm\n"
		   "$ grep -m1 -ow 'vmx\\|svm' /proc/cpuinfo\n"
		   "Below a recorded root: sys/class/misc/kvm and the same CPU flag.",
	.remedy = "Turn on \"Intel Virtualization Technology\" or \"SVM Mode\" in the firmware's "
		  "CPU menu, to which this leads:\n"
		  "$ systemctl reboot --firmware-setup\n"
		  "Where the flag is there and /dev/kvm is not, load the module (kvm_amd on AMD) "
		  "and read what the kernel says:\n"
		  "$ modprobe kvm_intel\n"
		  "$ dmesg | grep -i kvm",
	.pitfalls =
		"VT-x is not VT-d: the first makes VMs run, the second lets them have devices "
		"(iommu.enabled). A host that is a guest itself needs nested virtualization from "
		"the hypervisor around it.",
	.run = run,
};
