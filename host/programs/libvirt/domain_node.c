/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements of a domain's XML, their attributes and PCI addresses, as libvirt reads them. */
#include "host/programs/libvirt/domain_node.h"

#include "base/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

bool is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !node->ns &&
	       !strcmp((const char *)node->name, name);
}

bool is_of_qemu(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns &&
	       !strcmp((const char *)node->ns->href, QEMU_NAMESPACE) &&
	       !strcmp((const char *)node->name, name);
}

xmlNode *child_named(const xmlNode *node, const char *name)
{
	for (xmlNode *child = node->children; child; child = child->next)
		if (is_named(child, name))
			return child;
	return NULL;
}

void free_xml(xmlChar **text)
{
	xmlFree(*text);
}

bool attribute_is(xmlNode *node, const char *name, const char *value)
{
	_cleanup_(free_xml) xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);

	return text && !strcmp((const char *)text, value);
}

char *attribute_text(const xmlNode *node, const char *name)
{
	_cleanup_(free_xml) xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);

	return xstrdup((const char *)text);
}

json_t *take_string(char *text)
{
	json_t *string = text ? json_string(text) : NULL;

	free(text);
	return string ? string : json_null();
}

bool number_attribute(xmlNode *node, const char *name, unsigned long max, unsigned long *ret)
{
	_cleanup_(free_xml) xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);
	char *end;

	*ret = 0;
	if (!text)
		return true;
	errno = 0;
	*ret = strtoul((const char *)text, &end, 0);
	return *text && !*end && !errno && *ret <= max && *text != '-';
}

bool read_address(xmlNode *node, struct pci_address *ret)
{
	unsigned long domain, bus, slot, function;

	if (!xmlHasProp(node, (const xmlChar *)"bus") && !xmlHasProp(node, (const xmlChar *)"slot"))
		return false;
	if (!number_attribute(node, "domain", UINT32_MAX, &domain) ||
	    !number_attribute(node, "bus", UINT8_MAX, &bus) ||
	    !number_attribute(node, "slot", 31, &slot) ||
	    !number_attribute(node, "function", 7, &function))
		return false;
	*ret = (struct pci_address){ (uint32_t)domain, (uint8_t)bus, (uint8_t)slot,
				     (uint8_t)function };
	return true;
}

json_t *address_text(const struct pci_address *address)
{
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(address, text);
	return json_string(text);
}

/* Only one with mode='subsystem', which is what a missing mode means, passes a device. */
static bool passes_pci(xmlNode *node)
{
	if (is_named(node, "interface"))
		return attribute_is(node, "type", "hostdev");
	return is_named(node, "hostdev") && attribute_is(node, "type", "pci") &&
	       (!xmlHasProp(node, (const xmlChar *)"mode") ||
		attribute_is(node, "mode", "subsystem"));
}

bool read_source(xmlNode *device, struct pci_address *ret)
{
	xmlNode *source = passes_pci(device) ? child_named(device, "source") : NULL;
	xmlNode *address = source ? child_named(source, "address") : NULL;

	return address && read_address(address, ret);
}

bool read_guest_address(xmlNode *device, struct pci_address *ret)
{
	xmlNode *node = child_named(device, "address");
	struct pci_address address;

	/* Of type drive, usb, ccw and others, whose numbers mean something else. */
	if (!node ||
	    (xmlHasProp(node, (const xmlChar *)"type") && !attribute_is(node, "type", "pci")))
		return false;
	if (!read_address(node, &address))
		return false;
	/* libvirt's own mark of an address that is not set yet (virPCIDeviceAddressIsEmpty). */
	if (!address.domain && !address.bus && !address.device)
		return false;
	*ret = address;
	return true;
}

void each_argument(const xmlNode *domain, void (*meet)(const char *argument, void *data),
		   void *data)
{
	for (xmlNode *node = domain->children; node; node = node->next) {
		if (!is_of_qemu(node, "commandline"))
			continue;
		for (xmlNode *arg = node->children; arg; arg = arg->next) {
			_cleanup_free_ char *value = NULL;

			if (is_of_qemu(arg, "arg"))
				value = attribute_text(arg, "value");
			if (value)
				meet(value, data);
		}
	}
}
