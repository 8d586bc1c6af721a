/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of systemd-boot's files; they touch nothing but their arguments. */
#ifndef GPUCHECK_HOST_BOOT_LOADER_ENTRY_H
#define GPUCHECK_HOST_BOOT_LOADER_ENTRY_H

#include "base/strings.h"
#include "host/boot/grub_cfg.h"

/*
 * text: a file of loader/entries (Boot Loader Specification, type 1); name, the file's, is the
 * title of one without. The caller frees *ret. -EINVAL for one that starts no Linux.
 */
int loader_entry_parse(const char *text, const char *name, struct boot_entry *ret);

/* The pattern of entries' names that loader.conf's text has as default; the caller frees it. NULL.
 */
char *loader_conf_default(const char *text);

/*
 * The first *.conf of the names, which come newest first, that the pattern wants; the first one at
 * all where it wants none; NULL without any. The list's.
 */
const char *loader_entry_pick(const struct strings *names, const char *pattern);

#endif
