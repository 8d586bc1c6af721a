/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one command that a guest is asked to run, and the strict reading of what it answers. */
#ifndef GPUCHECK_HOST_PROGRAMS_GUEST_LISTING_H
#define GPUCHECK_HOST_PROGRAMS_GUEST_LISTING_H

#include "base/error.h"

#include <jansson.h>

/*
 * For any POSIX sh, behind any login shell: reads sysfs, needs neither lspci nor Python. Its answer
 * is lines, each of known words:
 *
 *   gpucheck-guest-1
 *   system Linux
 *   pci 0000:01:00.0 0x030000 0x10de 0x2504
 *   driver nvidia 0000:01:00.0
 *   end
 */
extern const char listing_command[];

enum {
	LISTING_LIMIT = 4 << 20, /* bytes; 65,536 functions take 3 MiB */
};

/*
 * text is what came back, and untrusted. On success *system is the caller's and *functions a new
 * reference: [{"address", "class", "vendor", "device", "driver"}] in the guest's order. -EINVAL for
 * what this command does not print, -ENODATA when the guest shows no PCI bus in sysfs.
 */
int listing_parse(const char *text, size_t length, char **system, json_t **functions,
		  struct error *error);

#endif
