/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot loader of the host, and what the next boot will give the kernel. */
#ifndef GPUCHECK_HOST_BOOT_BOOTLOADER_H
#define GPUCHECK_HOST_BOOT_BOOTLOADER_H

#include "base/error.h"
#include "host/boot/kernel_arguments.h"
#include "host/host.h"

enum boot_loader {
	BOOT_LOADER_UNKNOWN,
	BOOT_LOADER_GRUB,
	BOOT_LOADER_SYSTEMD_BOOT,
};

/*
 * Which one started this kernel: the LoaderInfo variable that systemd-boot (and GRUB 2.12) leave in
 * the firmware, else the marks in the kernel's arguments (BOOT_IMAGE= is GRUB's; initrd=\EFI\… is
 * passed by an EFI loader), else the configuration that is there (Proxmox VE's first).
 */
int boot_loader_of(struct host *host, enum boot_loader *ret, struct error *error);
const char *boot_loader_name(enum boot_loader loader);

/* By which tool this host's kernel arguments reach that boot loader; unknown if that cannot be
 * read. */
enum boot_tool {
	BOOT_TOOL_UNKNOWN,
	BOOT_TOOL_UPDATE_GRUB,       /* /etc/default/grub, update-grub */
	BOOT_TOOL_PROXMOX_BOOT_TOOL, /* /etc/kernel/cmdline, proxmox-boot-tool refresh */
	BOOT_TOOL_KERNELSTUB,        /* Pop!_OS: kernelstub keeps them itself */
	BOOT_TOOL_KERNEL_INSTALL,    /* /etc/kernel/cmdline, kernel-install */
};

enum boot_tool boot_tool_of(struct host *host);

struct next_boot {
	enum boot_loader loader;
	char *source; /* the file that was read, below the root */
	char *title;  /* of the default entry */
	char *kernel; /* as the entry names it; "" where it does not */
	struct kernel_arguments arguments;
	char *line; /* the same as one text */
};

/*
 * The default entry of the next boot; it stays the host's. -ENOENT when no boot loader's
 * configuration is there, other -errno when it is and cannot be read or understood.
 */
int next_boot_read(struct host *host, const struct next_boot **ret, struct error *error);

/*
 * The release of the next boot's kernel, by its file's name; the running kernel's where the boot
 * loader does not tell. The caller frees *ret.
 */
int next_boot_release(struct host *host, char **ret, struct error *error);

/*
 * The path below the root of the initramfs that goes with the next boot's kernel, where Debian's
 * packages put it: boot/initrd.img-RELEASE; the running kernel's where the boot loader names none.
 * The caller frees *ret.
 */
int next_boot_initramfs(struct host *host, char **ret, struct error *error);

/* Let go of what was read, the image too, so that the next next_boot_read looks again. */
void next_boot_forget(struct host *host);
void next_boot_free(struct next_boot *next);

#endif
