/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What sets the width of a guest's physical addresses, and the room in them for its PCI devices. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_SPACE_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_SPACE_H

#include <jansson.h>
#include <libxml/tree.h>

/*
 * A new reference: {"kvm", "own_cpu", "cpu", "model", "gigabyte_pages", "width", "bits", "limit",
 *   "host_limit", "loader", "window", "hole"}
 * kvm: the host's CPU runs the guest, as it does for every type but qemu. own_cpu:
 * <qemu:commandline> gives a -cpu, which comes last and wins. cpu: the mode of <cpu>, "custom"
 * where it names a model or none; null without <cpu>. model, and the policy of its feature pdpe1gb,
 * or null. width: the mode of <maxphysaddr>, or null, with its bits and limit, 0 where it has none.
 * host_limit: the limit that <qemu:commandline> sets of -cpu host, or 0. loader: the firmware's
 * path, or null. window: MiB that opt/ovmf/X-PciMmio64Mb asks OVMF for, or null. hole: KiB of
 * <pcihole64>, or null.
 */
json_t *domain_space(const xmlNode *domain);

#endif
