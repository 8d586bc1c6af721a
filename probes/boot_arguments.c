/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this boot's and the next boot's kernel arguments say of the IOMMU. */
#include "probes/boot_arguments.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/iommu/iommu.h"

int boot_arguments_read(const struct subject *subject, struct boot_arguments *ret,
			struct error *error)
{
	enum iommu_kind kind = iommu_kind(subject->host);
	const struct kernel_arguments *running;
	int r = kernel_arguments_running(subject->host, &running, error);

	if (r < 0)
		return error_wrap(error, "the running kernel's arguments cannot be read");
	*ret = (struct boot_arguments){ 0 };
	iommu_arguments_read(running, kind, &ret->now);
	ret->next_code = next_boot_read(subject->host, &ret->boot, &ret->next_error);
	if (ret->next_code == 0)
		iommu_arguments_read(&ret->boot->arguments, kind, &ret->next);
	return 0;
}

char *boot_arguments_undo(const struct iommu_arguments *arguments)
{
	if (arguments->off_is_sticky)
		return xasprintf("take %s out of the kernel arguments", arguments->off);
	return xasprintf("put intel_iommu=on in the place of %s", arguments->off);
}

void boot_arguments_evidence(const struct subject *subject, const struct boot_arguments *boot,
			     struct finding *finding)
{
	const struct kernel_arguments *running;
	_cleanup_free_ char *line = NULL;

	if (kernel_arguments_running(subject->host, &running, NULL) < 0)
		return;
	line = strings_join(&running->words, " ");
	finding_evidence(finding, "proc/cmdline", "%s", line);
	if (boot->boot)
		finding_evidence(finding, boot->boot->source, "%s: %s", boot->boot->title,
				 boot->boot->line);
}

void boot_arguments_fix(const struct subject *subject, struct finding *finding, const char *what)
{
	static const char *const places[] = {
		[BOOT_TOOL_UNKNOWN] = "where this host's boot loader keeps them",
		[BOOT_TOOL_UPDATE_GRUB] = ("by a file of /etc/default/grub.d that sets "
					   "GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT, "
					   "then update-grub"),
		[BOOT_TOOL_PROXMOX_BOOT_TOOL] =
			"in the one line of /etc/kernel/cmdline, then proxmox-boot-tool refresh",
		[BOOT_TOOL_KERNELSTUB] = "in /etc/kernelstub/configuration, then kernelstub",
		[BOOT_TOOL_KERNEL_INSTALL] =
			"in the one line of /etc/kernel/cmdline, then kernel-install for each kernel",
	};
	const enum boot_tool tool = boot_tool_of(subject->host);

	finding_fix(finding, tool == BOOT_TOOL_UNKNOWN ? FIX_MANUAL : FIX_AUTOMATIC, NULL,
		    "%s (%s), and reboot", what, places[tool]);
}
