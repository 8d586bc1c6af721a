/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of a domain's XML, their attributes and PCI addresses, as libvirt reads them. */
#ifndef GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_NODE_H
#define GPUCHECK_HOST_PROGRAMS_LIBVIRT_DOMAIN_NODE_H

#include "host/pci/pci_address.h"

#include <jansson.h>
#include <libxml/tree.h>
#include <stdbool.h>

/* libvirt knows its own elements by having no namespace; others may call theirs the same. */
bool is_named(const xmlNode *node, const char *name);
/* An element of <qemu:commandline>, whatever its prefix is. */
bool is_of_qemu(const xmlNode *node, const char *name);
/* The first one of that name, NULL without. */
xmlNode *child_named(const xmlNode *node, const char *name);

bool attribute_is(xmlNode *node, const char *name, const char *value);
/* NULL without; the caller frees it. */
char *attribute_text(const xmlNode *node, const char *name);
/* A text as JSON's: null for NULL and for what is no UTF-8. Takes the text. */
json_t *take_string(char *text);
/* A number as libvirt reads it: decimal, 0x hexadecimal or 0 octal. A missing one is 0. */
bool number_attribute(xmlNode *node, const char *name, unsigned long max, unsigned long *ret);

/* An <address domain= bus= slot= function=/>; at least bus or slot must be there. */
bool read_address(xmlNode *node, struct pci_address *ret);
json_t *address_text(const struct pci_address *address);

/* <hostdev type='pci'> or <interface type='hostdev'>: the address on the host that it passes. */
bool read_source(xmlNode *device, struct pci_address *ret);
/* Where a device of <devices> shall be in the guest. False where libvirt is to choose. */
bool read_guest_address(xmlNode *device, struct pci_address *ret);

/* The arguments of <qemu:commandline>, in order. */
void each_argument(const xmlNode *domain, void (*meet)(const char *argument, void *data),
		   void *data);

/* For _cleanup_(). */
void free_xml(xmlChar **text);

#endif
