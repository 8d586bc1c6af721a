/* SPDX-License-Identifier: GPL-2.0-or-later */
/* display.console: no framebuffer of the boot holds memory of the card. */
#include "base/alloc.h"
#include "base/strings.h"
#include "host/display/boot_framebuffer.h"
#include "host/pci/pci_config.h"
#include "probes/framebuffer_fix.h"

#include <errno.h>

struct framebuffers {
	struct boot_framebuffer *items;
	size_t count;
};

static bool overlap(const struct boot_framebuffer *one, const struct pci_bar *bar)
{
	return one->start <= bar->end && bar->start <= one->end;
}

static bool is_memory(const struct pci_bar *bar)
{
	return !(bar->flags & (PCI_RESOURCE_IO | PCI_RESOURCE_UNSET)) && bar->start;
}

static void show(const struct boot_framebuffer *one, struct finding *finding)
{
	finding_evidence(finding, "proc/iomem", "%llx-%llx : %s", (unsigned long long)one->start,
			 (unsigned long long)one->end, one->name);
}

static void judge_bar(const struct pci_function *function, const struct pci_bar *bar,
		      const struct framebuffers *all, struct finding *finding)
{
	_cleanup_strings_ struct strings names = { 0 };
	_cleanup_free_ char *path = pci_path(function, "resource"), *joined = NULL;

	for (size_t i = 0; i < all->count; i++) {
		const struct boot_framebuffer *one = &all->items[i];

		if (!overlap(one, bar))
			continue;
		show(one, finding);
		strings_add_once(&names, one->name);
	}
	if (!names.count)
		return;
	joined = strings_join(&names, ", ");
	finding_evidence(finding, path, "BAR %u: 0x%016llx 0x%016llx", bar->index,
			 (unsigned long long)bar->start, (unsigned long long)bar->end);
	finding_say(finding, VERDICT_FAIL,
		    "the boot framebuffer (%s) lies in BAR %u of %s, which vfio-pci then "
		    "cannot reserve",
		    joined, bar->index, function->name);
}

static void judge_function(const struct subject *subject, struct pci_function *function,
			   const struct framebuffers *all, struct finding *finding)
{
	struct pci_bar bars[6];
	struct error error;
	size_t count;

	if (pci_bars(subject->host, function, bars, &count, &error) < 0) {
		finding_say_error(finding, &error);
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (is_memory(&bars[i]))
			judge_bar(function, &bars[i], all, finding);
}

static void judge(const struct subject *subject, const struct framebuffers *all,
		  struct finding *finding)
{
	for (size_t i = 0; i < subject->card->count; i++)
		judge_function(subject, subject->card->functions[i], all, finding);
	if (finding->verdict == VERDICT_FAIL)
		framebuffer_fix(subject, finding);
	else if (!all->count)
		finding_evidence(finding, "proc/iomem", "no boot framebuffer");
	else
		show(&all->items[0], finding);
	if (!all->count)
		finding_say(finding, VERDICT_PASS, "no boot framebuffer is left");
	else
		finding_say(finding, VERDICT_PASS,
			    "the boot framebuffer (%s) lies outside of the card",
			    all->items[0].name);
}

static void run(const struct subject *subject, struct finding *finding)
{
	struct framebuffers all = { 0 };
	struct error error;
	int r = boot_framebuffers_find(subject->host, &all.items, &all.count, &error);

	if (r == -ENOENT && !host_is_whole(subject->host)) {
		finding_say(finding, VERDICT_SKIP,
			    "what holds the card's memory is not recorded (no /proc/iomem)");
	} else if (r == -EACCES && host_is_live(subject->host)) {
		finding_say(finding, VERDICT_ERROR, "%s: run sudo gpucheck", error.text);
	} else if (r < 0) {
		finding_say_error(finding, &error);
	} else {
		judge(subject, &all, finding);
		boot_framebuffers_free(all.items, all.count);
	}
}

const struct probe display_console_probe = {
	.id = "display.console",
	.stage = STAGE_DISPLAY,
	.scope = SCOPE_GPU,
	.title = "no boot framebuffer lies in the card's memory",
	.meaning =
		"Firmware draws its screen into a graphics card's memory and leaves that framebuffer "
		"to the kernel, which keeps it as a console until a real driver comes: BOOTFB, "
		"efifb, vesafb, simplefb, simpledrm. While it lies in one of the card's memory "
		"windows, vfio-pci cannot reserve that window: the VM starts, and the guest's driver "
		"fails or hangs. "
		"Since Linux 6.0 vfio-pci takes such a framebuffer away when it gets a VGA "
		"controller (class 0300), but not another display or 3D controller, and not where no "
		"driver had taken the framebuffer in use. So what lies there now decides.",
	.by_hand = "$ sudo grep -iE 'bootfb|(efi|vesa|simple)(fb|drm)|framebuffer' /proc/iomem\n"
		   "$ cat /sys/bus/pci/devices/0000:01:00.0/resource\n"
		   "A range of the first within a line of the second is it. With a VM that runs:\n"
		   "$ dmesg | grep \"can't reserve\"",
	.remedy =
		"Another primary display in firmware keeps the framebuffer off the card altogether. "
		"Else initcall_blacklist=sysfb_init among the kernel arguments: the kernel then makes "
		"nothing of firmware's framebuffer, and screens stay dark at boot until a driver "
		"takes over.",
	.pitfalls =
		"Without root's rights /proc/iomem shows every address as 0. video=efifb:off and "
		"video=vesafb:off, which many guides name, stop neither simpledrm nor BOOTFB. "
		"initcall_blacklist= is not always enough: it goes by the name of a kernel function, "
		"which a kernel built with link-time optimization may have changed, and it leaves "
		"alone a framebuffer that coreboot or a device tree describes. display.primary may "
		"pass all the while: the kernel's choice of a boot display is not where firmware drew.",
	.run = run,
};
