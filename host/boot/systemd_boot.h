/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The default entry of systemd-boot (Boot Loader Specification, type 1; loader.conf(5)). */
#ifndef GPUCHECK_HOST_BOOT_SYSTEMD_BOOT_H
#define GPUCHECK_HOST_BOOT_SYSTEMD_BOOT_H

#include "host/boot/grub_cfg.h"
#include "host/files/root.h"

/*
 * Reads loader/ of the EFI or boot partition where it is mounted; on a Proxmox VE host, whose
 * partitions are not, etc/kernel/cmdline, which proxmox-boot-tool copies to them. *source is the
 * file, for the caller to free. -ENOENT when there is neither.
 */
int systemd_boot_default_entry(struct root *root, struct boot_entry *ret, char **source,
			       struct error *error);

#endif
