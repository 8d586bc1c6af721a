/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iommu.cmdline: no kernel argument turns the IOMMU off, in this boot or the next. */
#include "base/alloc.h"
#include "base/strings.h"
#include "probes/boot_arguments.h"

#include <errno.h>

static void say_off(const struct subject *subject, const struct iommu_arguments *arguments,
		    const char *where, const char *tail, struct finding *finding)
{
	_cleanup_free_ char *undo = boot_arguments_undo(arguments);

	finding_say(finding, VERDICT_FAIL, "%s turned off by %s%s%s", where, arguments->off,
		    arguments->off_is_sticky ? ", which no later argument takes back" : "", tail);
	boot_arguments_fix(subject, finding, undo);
}

/* Arguments that leave the IOMMU on and still surprise. */
static void say_surprises(const struct iommu_arguments *arguments, const char *where,
			  struct finding *finding)
{
	if (arguments->no_remapping) {
		finding_say(finding, VERDICT_WARN, "%s turns interrupt remapping off in %s",
			    arguments->no_remapping, where);
		finding_fix(finding, FIX_MANUAL, NULL, "take %s out of the kernel arguments",
			    arguments->no_remapping);
	}
	if (arguments->igfx_off) {
		finding_say(finding, VERDICT_WARN,
			    "%s leaves the integrated GPU without the IOMMU in %s",
			    arguments->igfx_off, where);
		finding_fix(finding, FIX_MANUAL, NULL,
			    "take igfx_off out of the kernel arguments if the integrated GPU is to "
			    "go to a VM");
	}
}

static void judge_next(const struct subject *subject, const struct boot_arguments *boot,
		       struct finding *finding)
{
	_cleanup_free_ char *where = NULL;

	if (boot->next_code == -ENOENT && !host_is_whole(subject->host)) {
		finding_say(finding, VERDICT_SKIP,
			    "this boot's arguments leave the IOMMU alone; the next boot's are not "
			    "recorded (%s)",
			    boot->next_error.text);
		return;
	}
	if (boot->next_code < 0) {
		finding_say(
			finding, VERDICT_ERROR,
			"this boot's arguments leave the IOMMU alone; the next boot's cannot be "
			"told: %s",
			boot->next_error.text);
		return;
	}
	where = xasprintf("%s's default entry \"%s\" (/%s)", boot_loader_name(boot->boot->loader),
			  boot->boot->title, boot->boot->source);
	if (boot->next.off) {
		_cleanup_free_ char *tail = xasprintf(" in %s", where);

		say_off(subject, &boot->next, "at the next boot the IOMMU will be", tail, finding);
	}
	say_surprises(&boot->next, "the next boot", finding);
	finding_say(
		finding, VERDICT_PASS,
		"neither this boot's arguments nor %s's default entry \"%s\" turns the IOMMU off",
		boot_loader_name(boot->boot->loader), boot->boot->title);
}

static void run(const struct subject *subject, struct finding *finding)
{
	struct boot_arguments boot;
	struct error error;

	if (boot_arguments_read(subject, &boot, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	boot_arguments_evidence(subject, &boot, finding);
	if (boot.now.off && boot.boot && !boot.next.off) {
		finding_say(
			finding, VERDICT_FAIL,
			"in this boot the IOMMU is turned off by %s; the next boot's default entry "
			"no longer says so: reboot",
			boot.now.off);
		finding_fix(finding, FIX_MANUAL, "systemctl reboot", "reboot");
	} else if (boot.now.off) {
		say_off(subject, &boot.now, "in this boot the IOMMU is",
			boot.boot ? "; the next boot's default entry says the same" : "", finding);
	} else {
		say_surprises(&boot.now, "this boot", finding);
		judge_next(subject, &boot, finding);
	}
}

const struct probe iommu_cmdline_probe = {
	.id = "iommu.cmdline",
	.stage = STAGE_IOMMU,
	.scope = SCOPE_HOST,
	.title = "no kernel argument turns the IOMMU off, now or at the next boot",
	.meaning =
		"Kernel arguments can turn the IOMMU off. Read are those of the running kernel and "
		"those that the boot loader's default entry will give the next one, as the kernel "
		"parses them: iommu=off and amd_iommu=off are sticky, nothing later takes them "
		"back; of several intel_iommu= the last on or off wins.",
	.by_hand = "$ cat /proc/cmdline\n"
		   "$ grep -w linux /boot/grub/grub.cfg\n"
		   "The first entry of grub.cfg is not always the default one. With systemd-boot "
		   "it is the options line of the default entry:\n"
		   "$ bootctl list",
	.remedy = "Take the argument out where the boot loader gets it from, and reboot. GRUB: "
		  "/etc/default/grub and /etc/default/grub.d/*.cfg, then\n"
		  "$ update-grub\n"
		  "Proxmox VE with systemd-boot: /etc/kernel/cmdline, then\n"
		  "$ proxmox-boot-tool refresh",
	.pitfalls =
		"A second intel_iommu=on does not help against iommu=off. update-grub succeeds and "
		"changes nothing on a host that boots by systemd-boot. Snippets in "
		"/etc/default/grub.d come after /etc/default/grub and may replace the variable. "
		"amd_iommu=on is no documented value and does nothing.",
	.run = run,
};
