/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot loader of the host, and what the next boot will give the kernel. */
#include "host/boot/bootloader.h"

#include "base/alloc.h"
#include "host/boot/efi_variable.h"
#include "host/boot/grub_cfg.h"
#include "host/boot/next_image.h"
#include "host/boot/systemd_boot.h"
#include "host/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROXMOX_UUIDS "etc/kernel/proxmox-boot-uuids"

static const char *const grub_folders[] = { "boot/grub", "boot/grub2" };

static int loader_from_arguments(struct host *host, enum boot_loader *ret, struct error *error)
{
	const struct kernel_arguments *arguments;
	const char *value;
	int r = kernel_arguments_running(host, &arguments, error);

	*ret = BOOT_LOADER_UNKNOWN;
	for (size_t i = 0; r == 0 && i < arguments->words.count; i++) {
		const char *word = arguments->words.items[i];

		value = kernel_argument_value(word, "initrd");
		if (kernel_argument_value(word, "BOOT_IMAGE"))
			*ret = BOOT_LOADER_GRUB;
		else if (value && *value == '\\')
			*ret = BOOT_LOADER_SYSTEMD_BOOT;
		if (*ret != BOOT_LOADER_UNKNOWN)
			break;
	}
	/* Where there are none, the configuration may tell. */
	return r == -ENOENT ? 0 : r;
}

static int loader_from_configuration(struct host *host, enum boot_loader *ret, struct error *error)
{
	static const struct {
		const char *path;
		enum boot_loader loader;
	} traces[] = {
		/* proxmox-boot-tool feeds GRUB too, but GRUB would have left its BOOT_IMAGE=. */
		{ PROXMOX_UUIDS, BOOT_LOADER_SYSTEMD_BOOT },
		{ "boot/grub/grub.cfg", BOOT_LOADER_GRUB },
		{ "boot/grub2/grub.cfg", BOOT_LOADER_GRUB },
		{ "boot/efi/loader/entries", BOOT_LOADER_SYSTEMD_BOOT },
		{ "efi/loader/entries", BOOT_LOADER_SYSTEMD_BOOT },
		{ "boot/loader/entries", BOOT_LOADER_SYSTEMD_BOOT },
	};

	*ret = BOOT_LOADER_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(traces); i++) {
		int there = root_exists(host->root, traces[i].path, error);

		if (there < 0)
			return there;
		if (there) {
			*ret = traces[i].loader;
			break;
		}
	}
	return 0;
}

int boot_loader_of(struct host *host, enum boot_loader *ret, struct error *error)
{
	_cleanup_free_ char *info = NULL;
	int r = efi_loader_variable(host->root, "LoaderInfo", &info, error);

	if (r < 0)
		return r;
	*ret = BOOT_LOADER_UNKNOWN;
	if (info && starts_with(info, "systemd-boot"))
		*ret = BOOT_LOADER_SYSTEMD_BOOT;
	else if (info && starts_with(info, "GRUB"))
		*ret = BOOT_LOADER_GRUB;
	if (*ret == BOOT_LOADER_UNKNOWN)
		r = loader_from_arguments(host, ret, error);
	if (r == 0 && *ret == BOOT_LOADER_UNKNOWN)
		r = loader_from_configuration(host, ret, error);
	return r;
}

const char *boot_loader_name(enum boot_loader loader)
{
	static const char *const names[] = {
		[BOOT_LOADER_UNKNOWN] = "unknown boot loader",
		[BOOT_LOADER_GRUB] = "GRUB",
		[BOOT_LOADER_SYSTEMD_BOOT] = "systemd-boot",
	};

	return names[loader];
}

static enum boot_tool tool_of_systemd_boot(struct host *host)
{
	int there = root_exists(host->root, PROXMOX_UUIDS, NULL);

	if (there)
		return there < 0 ? BOOT_TOOL_UNKNOWN : BOOT_TOOL_PROXMOX_BOOT_TOOL;
	there = root_exists(host->root, "etc/kernelstub/configuration", NULL);
	if (there)
		return there < 0 ? BOOT_TOOL_UNKNOWN : BOOT_TOOL_KERNELSTUB;
	return BOOT_TOOL_KERNEL_INSTALL;
}

enum boot_tool boot_tool_of(struct host *host)
{
	enum boot_loader loader;

	if (boot_loader_of(host, &loader, NULL) < 0 || loader == BOOT_LOADER_UNKNOWN)
		return BOOT_TOOL_UNKNOWN;
	return loader == BOOT_LOADER_GRUB ? BOOT_TOOL_UPDATE_GRUB : tool_of_systemd_boot(host);
}

static int read_grub(struct root *root, const char *folder, struct boot_entry *ret, char **source,
		     struct error *error)
{
	_cleanup_free_ char *cfg_path = xasprintf("%s/grub.cfg", folder);
	_cleanup_free_ char *env_path = xasprintf("%s/grubenv", folder);
	_cleanup_free_ char *cfg = NULL, *environment = NULL;
	int r = root_read(root, cfg_path, LIMIT_TEXT, &cfg, NULL, error);

	if (r < 0)
		return r;
	r = root_read(root, env_path, LIMIT_TEXT, &environment, NULL, error);
	/* Without an environment block nothing is saved; one that cannot be read hides the choice.
	 */
	if (r < 0 && r != -ENOENT)
		return r;
	r = grub_default_entry(cfg, environment, ret, error);
	if (r < 0) {
		error_wrap(error, "/%s", cfg_path);
		return -EINVAL;
	}
	*source = cfg_path;
	cfg_path = NULL;
	return 0;
}

static int read_entry(struct host *host, enum boot_loader loader, struct boot_entry *ret,
		      char **source, struct error *error)
{
	if (loader == BOOT_LOADER_SYSTEMD_BOOT)
		return systemd_boot_default_entry(host->root, ret, source, error);
	for (size_t i = 0; i < ARRAY_SIZE(grub_folders); i++) {
		int r = read_grub(host->root, grub_folders[i], ret, source, error);

		if (r != -ENOENT)
			return r;
	}
	return error_set(error, ENOENT,
			 "no configuration of a boot loader that is known here "
			 "(/boot/grub/grub.cfg, systemd-boot's loader/entries)");
}

int next_boot_read(struct host *host, const struct next_boot **ret, struct error *error)
{
	struct boot_entry entry = { 0 };
	struct next_boot *next;
	char *source = NULL;
	int r;

	if (!host->next_boot) {
		enum boot_loader loader;

		r = boot_loader_of(host, &loader, error);
		if (r == 0)
			r = read_entry(host, loader, &entry, &source, error);
		if (r < 0)
			return r;
		next = xcalloc(1, sizeof(*next));
		next->loader = loader;
		next->source = source;
		next->title = entry.title;
		next->kernel = entry.kernel;
		next->line = entry.arguments;
		kernel_arguments_parse(next->line, &next->arguments);
		host->next_boot = next;
	}
	*ret = host->next_boot;
	return 0;
}

/* The release in a kernel's file name; NULL when it is not called as Debian calls it. */
static const char *release_of(const char *kernel)
{
	const char *slash = strrchr(kernel, '/'), *name = slash ? slash + 1 : kernel;

	return starts_with(name, "vmlinuz-") ? name + strlen("vmlinuz-") : NULL;
}

int next_boot_release(struct host *host, char **ret, struct error *error)
{
	const struct next_boot *next;
	const char *release = NULL;
	int r = next_boot_read(host, &next, error);

	if (r == 0)
		release = release_of(next->kernel);
	if (!release) {
		r = fact_must(&host->release, host->root, "proc/sys/kernel/osrelease", LIMIT_NUMBER,
			      error);
		release = host->release.text;
	}
	if (r < 0)
		return r;
	*ret = xstrndup(release, strcspn(release, "\n"));
	return 0;
}

int next_boot_initramfs(struct host *host, char **ret, struct error *error)
{
	_cleanup_free_ char *release = NULL;
	int r = next_boot_release(host, &release, error);

	if (r == 0)
		*ret = xasprintf("boot/initrd.img-%s", release);
	return r;
}

void next_boot_forget(struct host *host)
{
	next_boot_free(host->next_boot);
	host->next_boot = NULL;
	next_image_free(host->next_image);
	host->next_image = NULL;
}

void next_boot_free(struct next_boot *next)
{
	if (!next)
		return;
	free(next->source);
	free(next->title);
	free(next->kernel);
	free(next->line);
	kernel_arguments_free(&next->arguments);
	free(next);
}
