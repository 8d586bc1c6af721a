/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a domain's XML says of PCI devices, and whose it is (libvirt's formatdomain, by libxml2). */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_XML_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_XML_H

#include "base/error.h"

#include <jansson.h>

/*
 * xml: a <domain>, or libvirt's status file <domstatus> around one. *ret is a new reference:
 * {"hostdevs": [{"source", "guest", "unassigned", "managed", "element", "option_rom", "child"}],
 *  "commandline": [address], "display", "layout": what domain_devices.h describes,
 *  "memory": what domain_memory.h does, "space": what domain_space.h does}
 * with addresses as sysfs writes them; guest is null where libvirt is to choose; option_rom says
 * that firmware is shown the device's own option ROM, display that there is an emulated one; child
 * counts the elements of <devices> before it. Elements that are no PCI source (USB, SCSI, mdev) are
 * left out. -EINVAL for what is no domain.
 */
int domain_xml_read(const char *xml, size_t length, json_t **ret, struct error *error);

/* What <name> and <uuid> hold, "" where there is none; the caller frees both. -EINVAL as above. */
int domain_xml_identity(const char *xml, char **ret_name, char **ret_uuid, struct error *error);

#endif
