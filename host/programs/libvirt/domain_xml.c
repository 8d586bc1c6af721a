/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a domain's XML says of PCI devices. */
#include "host/programs/libvirt/domain_xml.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/programs/libvirt/domain_devices.h"
#include "host/programs/libvirt/domain_memory.h"
#include "host/programs/libvirt/domain_node.h"
#include "host/programs/libvirt/domain_space.h"

#include <errno.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Firmware is shown an option ROM, the device's own or that of <rom file=/>, unless it is hidden.
 */
static bool shows_option_rom(const xmlNode *node)
{
	xmlNode *rom = child_named(node, "rom");

	return !rom || (!attribute_is(rom, "bar", "off") && !attribute_is(rom, "enabled", "no"));
}

/* libvirt writes a <video> of its own for every VM with graphics: none in the text is none. */
static bool is_display(const xmlNode *node)
{
	xmlNode *model = is_named(node, "video") ? child_named(node, "model") : NULL;

	return model && !attribute_is(model, "type", "none");
}

/* child: which of the elements in <devices> it is. */
static void add_hostdev(xmlNode *node, size_t child, json_t *list)
{
	xmlNode *inside = child_named(node, "address");
	struct pci_address address;
	json_t *one;

	if (!read_source(node, &address))
		return;
	one = json_object();
	json_object_set_new(one, "source", address_text(&address));
	json_object_set_new(one, "unassigned",
			    json_boolean(inside && attribute_is(inside, "type", "unassigned")));
	json_object_set_new(one, "guest",
			    read_guest_address(node, &address) ? address_text(&address)
							       : json_null());
	json_object_set_new(one, "managed", json_boolean(attribute_is(node, "managed", "yes")));
	json_object_set_new(one, "element", json_string((const char *)node->name));
	json_object_set_new(one, "option_rom", json_boolean(shows_option_rom(node)));
	json_object_set_new(one, "child", json_integer((json_int_t)child));
	json_array_append_new(list, one);
}

/* The text behind a key of a -device argument, up to what ends it there; NULL when it lacks it. */
static char *value_of(const char *argument, const char *key)
{
	const char *at = strstr(argument, key);

	if (!at)
		return NULL;
	at += strlen(key);
	return xstrndup(at, strcspn(at, ","));
}

/* An address, or a folder in sysfs that has the address as its name. */
static bool add_value(const char *value, json_t *list)
{
	const char *slash = value ? strrchr(value, '/') : NULL;
	struct pci_address address;

	if (!value || !pci_address_parse(slash ? slash + 1 : value, &address))
		return false;
	json_array_append_new(list, address_text(&address));
	return true;
}

/* QEMU's JSON form: {"driver": "vfio-pci", "host": "0000:01:00.0"}. */
static void add_json(const char *argument, json_t *list)
{
	json_t *device = json_loads(argument, 0, NULL);
	const char *driver = json_string_value(json_object_get(device, "driver"));

	if (driver && starts_with(driver, "vfio-pci") &&
	    !add_value(json_string_value(json_object_get(device, "host")), list))
		add_value(json_string_value(json_object_get(device, "sysfsdev")), list);
	json_decref(device);
}

/* "vfio-pci,host=01:00.0,…", the same with sysfsdev=, and QEMU's JSON form of both. */
static void add_argument(const char *argument, void *data)
{
	json_t *list = data;
	_cleanup_free_ char *host = NULL, *folder = NULL;

	if (argument[0] == '{') {
		add_json(argument, list);
	} else if (starts_with(argument, "vfio-pci") || starts_with(argument, "driver=vfio-pci")) {
		host = value_of(argument, ",host=");
		folder = value_of(argument, ",sysfsdev=");
		if (!add_value(host, list))
			add_value(folder, list);
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
	json_t *hostdevs, *commandline, *layout, *memory, *space;
	bool display = false;
	size_t child = 0;
	xmlDoc *document;
	int r = read_document(xml, length, &document, &domain, error);

	if (r < 0)
		return r;
	hostdevs = json_array();
	commandline = json_array();
	devices = child_named(domain, "devices");
	for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		add_hostdev(node, child++, hostdevs);
		display = display || is_display(node);
	}
	each_argument(domain, add_argument, commandline);
	layout = domain_devices(domain);
	memory = domain_memory(domain);
	space = domain_space(domain);
	xmlFreeDoc(document);
	*ret = json_object();
	json_object_set_new(*ret, "hostdevs", hostdevs);
	json_object_set_new(*ret, "commandline", commandline);
	json_object_set_new(*ret, "display", json_boolean(display));
	json_object_set_new(*ret, "layout", layout);
	json_object_set_new(*ret, "memory", memory);
	json_object_set_new(*ret, "space", space);
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
