/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a domain's devices are on the guest's PCI buses, and what carries these. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_DEVICES_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_DEVICES_H

#include <jansson.h>
#include <libxml/tree.h>

/*
 * A new reference: {"machine", "firmware": "bios", "efi" or "unknown",
 *   "buses": [{"index", "model"}], "devices": [{"what", "address", "source", "alone"}]}
 * machine, model and source may be null. buses are those that a <controller type='pci'> stands for.
 * devices are those with a PCI address in the guest; source is a hostdev's address on the host,
 * and alone means multifunction='off'.
 */
json_t *domain_devices(const xmlNode *domain);

#endif
