/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a domain's XML says of PCI devices. */
#include "host/programs/libvirt/domain_xml.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/pci/pci_address.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"

/* libvirt knows its own elements by having no namespace; others may call theirs the same. */
static bool is_named(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !node->ns &&
	       !strcmp((const char *)node->name, name);
}

static bool is_of_qemu(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && node->ns &&
	       !strcmp((const char *)node->ns->href, QEMU_NAMESPACE) &&
	       !strcmp((const char *)node->name, name);
}

static xmlNode *child_named(const xmlNode *node, const char *name)
{
	for (xmlNode *child = node->children; child; child = child->next)
		if (is_named(child, name))
			return child;
	return NULL;
}

static void free_xml(xmlChar **text)
{
	xmlFree(*text);
}

static bool attribute_is(xmlNode *node, const char *name, const char *value)
{
	_cleanup_(free_xml) xmlChar *text = xmlGetNoNsProp(node, (const xmlChar *)name);

	return text && !strcmp((const char *)text, value);
}

/* A number as libvirt reads it: decimal, 0x hexadecimal or 0 octal; missing is 0. */
static bool number_attribute(xmlNode *node, const char *name, unsigned long max, unsigned long *ret)
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

/* An <address domain= bus= slot= function=/>; at least bus or slot must be there. */
static bool read_address(xmlNode *node, struct pci_address *ret)
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

static json_t *address_text(const struct pci_address *address)
{
	char text[PCI_ADDRESS_SIZE];

	pci_address_format(address, text);
	return json_string(text);
}

/* A device handed over by its PCI address: <hostdev type='pci'> or <interface type='hostdev'>. */
static bool passes_pci(xmlNode *node)
{
	if (is_named(node, "interface"))
		return attribute_is(node, "type", "hostdev");
	return is_named(node, "hostdev") && attribute_is(node, "type", "pci") &&
	       (!xmlHasProp(node, (const xmlChar *)"mode") ||
		attribute_is(node, "mode", "subsystem"));
}

/* <rom bar='off'/> and <rom enabled='no'/> hide the device's own ROM, <rom file=/> replaces it. */
static bool shows_own_rom(const xmlNode *node)
{
	xmlNode *rom = child_named(node, "rom");

	return !rom || (!attribute_is(rom, "bar", "off") && !attribute_is(rom, "enabled", "no") &&
			!xmlHasProp(rom, (const xmlChar *)"file"));
}

/* libvirt writes a <video> of its own for every VM with graphics: none in the text is none. */
static bool is_display(const xmlNode *node)
{
	xmlNode *model = is_named(node, "video") ? child_named(node, "model") : NULL;

	return model && !attribute_is(model, "type", "none");
}

static void add_hostdev(xmlNode *node, json_t *list)
{
	xmlNode *source = child_named(node, "source"), *inside = child_named(node, "address");
	xmlNode *outside = source ? child_named(source, "address") : NULL;
	struct pci_address address;
	json_t *one;

	if (!outside || !read_address(outside, &address))
		return;
	one = json_object();
	json_object_set_new(one, "source", address_text(&address));
	json_object_set_new(one, "unassigned",
			    json_boolean(inside && attribute_is(inside, "type", "unassigned")));
	json_object_set_new(one, "guest",
			    inside && read_address(inside, &address) ? address_text(&address)
								     : json_null());
	json_object_set_new(one, "managed", json_boolean(attribute_is(node, "managed", "yes")));
	json_object_set_new(one, "element", json_string((const char *)node->name));
	json_object_set_new(one, "own_rom", json_boolean(shows_own_rom(node)));
	json_array_append_new(list, one);
}

/* The text behind a key of a -device argument, up to what ends it there; NULL when it lacks it. */
static char *value_of(const char *argument, const char *key)
{
	const char *at = strstr(argument, key);

	if (!at)
		return NULL;
	at += strlen(key);
	return xstrndup(at, strcspn(at, ",\""));
}

/*
 * "vfio-pci,host=01:00.0,…", the same with sysfsdev=, and QEMU's JSON form of both; a folder in
 * sysfs has the address as its name.
 */
static void add_argument(const char *argument, json_t *list)
{
	static const char *const keys[] = { ",host=", ",sysfsdev=", "\"host\":\"",
					    "\"sysfsdev\":\"" };
	struct pci_address address;

	if (!starts_with(argument, "vfio-pci") && !strstr(argument, "\"vfio-pci"))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		_cleanup_free_ char *value = value_of(argument, keys[i]);
		const char *slash = value ? strrchr(value, '/') : NULL;

		if (value && pci_address_parse(slash ? slash + 1 : value, &address)) {
			json_array_append_new(list, address_text(&address));
			return;
		}
	}
}

static void read_commandline(const xmlNode *domain, json_t *list)
{
	for (xmlNode *node = domain->children; node; node = node->next) {
		if (!is_of_qemu(node, "commandline"))
			continue;
		for (xmlNode *arg = node->children; arg; arg = arg->next) {
			_cleanup_(free_xml) xmlChar *value = NULL;

			if (is_of_qemu(arg, "arg"))
				value = xmlGetNoNsProp(arg, (const xmlChar *)"value");
			if (value)
				add_argument((const char *)value, list);
		}
	}
}

static const xmlNode *find_domain(const xmlDoc *document)
{
	const xmlNode *root = xmlDocGetRootElement(document);

	if (root && is_named(root, "domstatus"))
		root = child_named(root, "domain");
	return root && is_named(root, "domain") ? root : NULL;
}

/* The document and the <domain> in it; the caller frees the document. */
static int read_document(const char *xml, size_t length, xmlDoc **ret, const xmlNode **ret_domain,
			 struct error *error)
{
	const xmlError *why;

	if (length > INT_MAX)
		return error_set(error, EFBIG, "the definition is too large");
	*ret = xmlReadMemory(xml, (int)length, NULL, NULL,
			     XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!*ret) {
		why = xmlGetLastError();
		return error_set(error, EINVAL, "no well-formed XML (line %d)",
				 why ? why->line : 0);
	}
	*ret_domain = find_domain(*ret);
	if (*ret_domain)
		return 0;
	xmlFreeDoc(*ret);
	return error_set(error, EINVAL, "no <domain> in it");
}

int domain_xml_read(const char *xml, size_t length, json_t **ret, struct error *error)
{
	const xmlNode *domain, *devices;
	json_t *hostdevs, *commandline;
	bool display = false;
	xmlDoc *document;
	int r = read_document(xml, length, &document, &domain, error);

	if (r < 0)
		return r;
	hostdevs = json_array();
	commandline = json_array();
	devices = child_named(domain, "devices");
	for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
		if (passes_pci(node))
			add_hostdev(node, hostdevs);
		display = display || is_display(node);
	}
	read_commandline(domain, commandline);
	xmlFreeDoc(document);
	*ret = json_object();
	json_object_set_new(*ret, "hostdevs", hostdevs);
	json_object_set_new(*ret, "commandline", commandline);
	json_object_set_new(*ret, "display", json_boolean(display));
	return 0;
}

static char *text_of_child(const xmlNode *domain, const char *name)
{
	const xmlNode *child = child_named(domain, name);
	_cleanup_(free_xml) xmlChar *text = child ? xmlNodeGetContent(child) : NULL;

	return xstrdup(text ? (const char *)text : "");
}

int domain_xml_identity(const char *xml, char **ret_name, char **ret_uuid, struct error *error)
{
	const xmlNode *domain;
	xmlDoc *document;
	int r = read_document(xml, strlen(xml), &document, &domain, error);

	if (r < 0)
		return r;
	*ret_name = text_of_child(domain, "name");
	*ret_uuid = text_of_child(domain, "uuid");
	xmlFreeDoc(document);
	return 0;
}
