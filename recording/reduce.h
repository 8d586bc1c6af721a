/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeping of a file only what checks read of it. Each takes a text and gives a text, reads no file,
 * and gives back unchanged what it gave.
 */
#ifndef GPUCHECK_RECORDING_REDUCE_H
#define GPUCHECK_RECORDING_REDUCE_H

#include "base/strings.h"

#include <stddef.h>

/* What of this host decides which lines of a kernel's indexes matter. */
struct recorded_devices {
	struct strings modaliases; /* of all PCI functions */
	struct strings modules;    /* that may drive them, as lsmod names them */
};

/* text has a NUL behind its length bytes; the caller frees the result, which has one too. */
typedef char *reduce_function(const struct recorded_devices *devices, const char *text,
			      size_t length, size_t *ret_length);

/* proc/cpuinfo: one processor stands for all, without an ARM board's serial number. */
reduce_function reduce_cpuinfo;

/* A function's config: its first 256 bytes. Behind them a card's serial number may stand. */
reduce_function reduce_config;

/* modules.alias, modules.builtin.modinfo, modules.dep: what concerns the host's functions. */
reduce_function reduce_aliases;
reduce_function reduce_builtin_aliases;
reduce_function reduce_dependencies;

/* var/lib/dpkg/status: the packages of UEFI firmware for guests. */
reduce_function reduce_packages;

/* usr/sbin/grub-mkconfig: whether it reads drop-ins. */
reduce_function reduce_mkconfig;

/* etc/gpucheck.conf: all but where the guests are, which the record knows. */
reduce_function reduce_configuration;

/* QEMU's log of a VM: its last run, without the command line. */
reduce_function reduce_qemu_log;

/* A domain's definition or status: the elements that tell of its devices, memory and processor. */
reduce_function reduce_definition;

#endif
