/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The strict reading of what a guest answers to the command of command.h. */
#ifndef GPUCHECK_HOST_PROGRAMS_GUEST_LISTING_H
#define GPUCHECK_HOST_PROGRAMS_GUEST_LISTING_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

enum {
	LISTING_LIMIT = 1 << 20, /* bytes; 20,000 network functions take as much */
};

/*
 * text is what came back, and untrusted. *ret, a new reference, is also set on failure, and holds
 * then what was understood; each key is there always, and null where nothing was said:
 *
 *   system, kernel   "Linux", "6.1.0-26-amd64"
 *   functions        [{address, class, vendor, device, driver}], in the guest's order; besides,
 *                    where they were read: bars [{index, start, end, flags}], hexadecimal, and of a
 *                    GPU drm [name] and modules [{name, loaded}]
 *   nvidia           of NVIDIA's loaded module {version, flavour: open, closed or unknown}
 *   nvidia_smi       beside an NVIDIA GPU {state: absent, idle, running, late or ended, status,
 *                    gpus [address], text: its first words that are no address}
 *   fabric_manager   beside an NVSwitch: whether nv-fabricmanager runs
 *
 * 0; -EINVAL for what our command does not print, -ENODATA when the guest shows no PCI bus in
 * sysfs.
 */
int listing_parse(const char *text, size_t length, json_t **ret, struct error *error);

#endif
