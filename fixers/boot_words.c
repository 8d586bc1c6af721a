/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel arguments, in the place where this host's boot loader takes them from. */
#include "fixers/boot_words.h"

#include "base/alloc.h"
#include "fixers/grub_drop_in.h"
#include "fixers/kernel_line.h"
#include "fixers/kernelstub.h"
#include "host/boot/bootloader.h"
#include "host/files/root.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_CMDLINE "etc/kernel/cmdline"
#define GRUB_MKCONFIG  "usr/sbin/grub-mkconfig"
#define PROXMOX_UUIDS  "etc/kernel/proxmox-boot-uuids"

enum {
	FILE_MODE = 0644,
	LIMIT_SCRIPT = 1 << 20,
	/* Seconds; os-prober may look at every disk. */
	GRUB_SECONDS = 600,
	COPY_SECONDS = 900,
};

static bool exists(struct host *host, const char *path)
{
	return root_exists(host_root(host), path, NULL) > 0;
}

static void refresh_proxmox(struct plan *plan)
{
	plan_add_command(plan, COPY_SECONDS, "/usr/sbin/proxmox-boot-tool", "refresh", NULL);
}

static void refresh_grub(struct plan *plan, struct host *host)
{
	if (exists(host, "usr/sbin/update-grub"))
		plan_add_command(plan, GRUB_SECONDS, "/usr/sbin/update-grub", NULL);
	else
		plan_add_command(plan, GRUB_SECONDS, "/usr/sbin/grub-mkconfig", "-o",
				 "/boot/grub/grub.cfg", NULL);
}

/* kernel-install writes one entry a kernel, from /etc/kernel/cmdline. */
static void refresh_kernels(struct plan *plan, struct host *host)
{
	_cleanup_strings_ struct strings names = { 0 };

	if (root_list(host_root(host), "lib/modules", &names, NULL) < 0)
		return;
	strings_sort(&names);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *kernel = xasprintf("/boot/vmlinuz-%s", names.items[i]);
		_cleanup_free_ char *initrd = xasprintf("/boot/initrd.img-%s", names.items[i]);

		if (exists(host, kernel + 1))
			plan_add_command(plan, COPY_SECONDS, "/usr/bin/kernel-install", "add",
					 names.items[i], kernel,
					 exists(host, initrd + 1) ? initrd : NULL, NULL);
	}
}

static void expect(struct plan *plan, const struct strings *words)
{
	for (size_t i = 0; i < words->count; i++)
		plan_expect(plan, EFFECT_BOOT_WORD, words->items[i]);
	plan_expect(plan, EFFECT_IOMMU_LEFT_ON, "");
}

/* Debian's grub-mkconfig reads drop-ins; upstream's does not. */
static int grub_reads_drop_ins(struct host *host, struct error *error)
{
	_cleanup_free_ char *script = NULL;
	int r = root_read(host_root(host), GRUB_MKCONFIG, LIMIT_SCRIPT, &script, NULL, error);

	/* A recorded host has no programs. */
	if (r == -ENOENT && !host_is_live(host))
		return 0;
	if (r < 0)
		return error_wrap(error, "whether GRUB reads /etc/default/grub.d cannot be told");
	if (strstr(script, "default/grub.d"))
		return 0;
	return error_set(error, EOPNOTSUPP,
			 "this host's grub-mkconfig does not read /etc/default/grub.d");
}

/* Add words; of two vfio-pci.ids= the new one stays, since it holds the old one's ids. */
static void merge(struct strings *all, const struct strings *words)
{
	_cleanup_strings_ struct strings old = *all;

	*all = (struct strings){ 0 };
	for (size_t i = 0; i < old.count; i++) {
		_cleanup_free_ char *kept = kernel_word_edit(old.items[i], words);

		if (kept && !strings_have(words, kept))
			strings_add(all, kept);
	}
	for (size_t i = 0; i < words->count; i++)
		strings_add(all, words->items[i]);
}

static int want_in_grub(struct plan *plan, struct host *host, const struct strings *words,
			struct error *error)
{
	_cleanup_free_ char *path = NULL, *now = NULL, *text = NULL;
	_cleanup_strings_ struct strings all = { 0 };
	int r = grub_reads_drop_ins(host, error);

	if (r == 0)
		r = plan_read_file(plan, host, GRUB_DROP_IN, &path, &now, error);
	if (r < 0)
		return r;
	if (now)
		grub_drop_in_read(now, &all);
	merge(&all, words);
	text = grub_drop_in_write(&all);
	r = plan_set_file(plan, host, GRUB_DROP_IN, text, FILE_MODE, error);
	if (r > 0)
		refresh_grub(plan, host);
	return r;
}

/* The file that systemd-boot's entries are made from; where there is none, that is what runs now.
 */
static int want_in_cmdline(struct plan *plan, struct host *host, const struct strings *words,
			   struct error *error)
{
	_cleanup_free_ char *path = NULL, *now = NULL, *text = NULL;
	const struct next_boot *boot;
	int r = plan_read_file(plan, host, KERNEL_CMDLINE, &path, &now, error);

	if (r == 0 && !now) {
		r = next_boot_read(host, &boot, error);
		if (r < 0)
			return r;
		now = xasprintf("%s\n", boot->line);
	}
	if (r == 0)
		r = kernel_line_edit(now, words, &text, error);
	if (r < 0)
		return error_wrap(error, "/" KERNEL_CMDLINE);
	return plan_set_file(plan, host, KERNEL_CMDLINE, text, FILE_MODE, error);
}

int boot_words_want(struct plan *plan, struct host *host, const struct strings *words,
		    struct error *error)
{
	int r;

	switch (boot_tool_of(host)) {
	case BOOT_TOOL_UPDATE_GRUB:
		r = want_in_grub(plan, host, words, error);
		break;
	case BOOT_TOOL_PROXMOX_BOOT_TOOL:
	case BOOT_TOOL_KERNEL_INSTALL:
		r = want_in_cmdline(plan, host, words, error);
		break;
	case BOOT_TOOL_KERNELSTUB:
		r = kernelstub_want(plan, host, words, error);
		break;
	default:
		return error_set(
			error, EOPNOTSUPP,
			"it cannot be told which boot loader starts this host, and where it "
			"gets the kernel's arguments");
	}
	if (r > 0) {
		boot_words_refresh(plan, host);
		expect(plan, words);
	}
	return r;
}

void boot_words_refresh(struct plan *plan, struct host *host)
{
	switch (boot_tool_of(host)) {
	case BOOT_TOOL_UPDATE_GRUB:
		/* Proxmox VE may keep GRUB's configuration and the images on every boot disk. */
		if (exists(host, PROXMOX_UUIDS))
			refresh_proxmox(plan);
		break;
	case BOOT_TOOL_PROXMOX_BOOT_TOOL:
		refresh_proxmox(plan);
		break;
	case BOOT_TOOL_KERNEL_INSTALL:
		refresh_kernels(plan, host);
		break;
	case BOOT_TOOL_KERNELSTUB:
		plan_add_command(plan, COPY_SECONDS, "/usr/bin/kernelstub", NULL);
		break;
	default:
		break;
	}
}
