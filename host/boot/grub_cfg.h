/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which entry of a grub.cfg boots by itself, and with which kernel arguments. */
#ifndef GPUCHECK_HOST_BOOT_GRUB_CFG_H
#define GPUCHECK_HOST_BOOT_GRUB_CFG_H

#include "base/error.h"

struct boot_entry {
	char *title;
	char *kernel;    /* path as the entry names it */
	char *arguments; /* without the kernel's path */
};

/*
 * cfg: the text of grub.cfg; environment: that of grubenv, or NULL. The choice is GRUB's own:
 * $default as an index, an id or a title, with ">" between a submenu and its entry; the first entry
 * where it names none. -ENOENT without any entry, -EINVAL when the chosen one starts no Linux.
 */
int grub_default_entry(const char *cfg, const char *environment, struct boot_entry *ret,
		       struct error *error);
void boot_entry_free(struct boot_entry *entry);

#endif
