/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a domain's devices are on the guest's PCI buses, and what carries these. */
#include "host/programs/libvirt/domain_devices.h"

#include "base/alloc.h"
#include "base/strings.h"
#include "host/programs/libvirt/domain_node.h"

#include <stdbool.h>
#include <string.h>

enum { LAST_BUS = 255 };

/* The start tag, less what tells one device from another no better: "<controller type='usb'>". */
static char *start_tag(xmlNode *device)
{
	static const char *const names[] = { "type", "index", "model" };
	char *text = NULL;
	size_t length;
	FILE *out = xmemstream(&text, &length);

	fprintf(out, "<%s", (const char *)device->name);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *value = attribute_text(device, names[i]);

		if (value)
			fprintf(out, " %s='%s'", names[i], value);
	}
	fputc('>', out);
	fclose(out);
	return text;
}

static void add_device(xmlNode *device, json_t *list)
{
	xmlNode *inside = child_named(device, "address");
	struct pci_address address, source;
	json_t *one;

	if (!read_guest_address(device, &address))
		return;
	one = json_object();
	json_object_set_new(one, "what", take_string(start_tag(device)));
	json_object_set_new(one, "address", address_text(&address));
	json_object_set_new(one, "source",
			    read_source(device, &source) ? address_text(&source) : json_null());
	json_object_set_new(one, "alone",
			    json_boolean(attribute_is(inside, "multifunction", "off")));
	json_array_append_new(list, one);
}

static void add_bus(xmlNode *device, json_t *list)
{
	unsigned long index;

	if (!is_named(device, "controller") || !attribute_is(device, "type", "pci") ||
	    !xmlHasProp(device, (const xmlChar *)"index") ||
	    !number_attribute(device, "index", LAST_BUS, &index))
		return;
	json_array_append_new(list, json_pack("{s:I, s:o}", "index", (json_int_t)index, "model",
					      take_string(attribute_text(device, "model"))));
}

static void note_firmware(const char *argument, void *data)
{
	bool *has_firmware = data;

	*has_firmware |= !strcmp(argument, "-bios") || strstr(argument, "pflash");
}

/* Arguments that go past libvirt may bring a firmware of their own. */
static bool has_own_firmware(const xmlNode *domain)
{
	bool has_firmware = false;

	each_argument(domain, note_firmware, &has_firmware);
	return has_firmware;
}

/* QEMU's own firmware of a PC is SeaBIOS; those of other machines are no matter of ours. */
static bool is_pc(const xmlNode *os)
{
	xmlNode *type = child_named(os, "type");
	_cleanup_free_ char *machine = type ? attribute_text(type, "machine") : NULL;

	return machine &&
	       (!strcmp(machine, "pc") || !strcmp(machine, "q35") || starts_with(machine, "pc-"));
}

static const char *firmware_of(const xmlNode *domain, xmlNode *os)
{
	xmlNode *own = os ? child_named(os, "loader") : NULL;
	_cleanup_(free_xml) xmlChar *path = own ? xmlNodeGetContent(own) : NULL;
	_cleanup_free_ char *asked = os ? attribute_text(os, "firmware") : NULL;

	if (!os || has_own_firmware(domain))
		return "unknown";
	if (asked)
		return !strcmp(asked, "efi") ? "efi" : !strcmp(asked, "bios") ? "bios" : "unknown";
	/* Only UEFI is kept in flash memory; a loader of type rom may be either. */
	if (own && attribute_is(own, "type", "pflash"))
		return "efi";
	if (path && *path)
		return strcasestr((const char *)path, "seabios") ? "bios"
		       : strcasestr((const char *)path, "ovmf")  ? "efi"
								 : "unknown";
	return is_pc(os) ? "bios" : "unknown";
}

static json_t *machine_of(const xmlNode *os)
{
	xmlNode *type = os ? child_named(os, "type") : NULL;

	return take_string(type ? attribute_text(type, "machine") : NULL);
}

json_t *domain_devices(const xmlNode *domain)
{
	xmlNode *os = child_named(domain, "os"), *devices = child_named(domain, "devices");
	json_t *result = json_object(), *buses = json_array(), *list = json_array();

	for (xmlNode *node = devices ? devices->children : NULL; node; node = node->next) {
		if (node->type != XML_ELEMENT_NODE || node->ns)
			continue;
		add_bus(node, buses);
		add_device(node, list);
	}
	json_object_set_new(result, "machine", machine_of(os));
	json_object_set_new(result, "firmware", json_string(firmware_of(domain, os)));
	json_object_set_new(result, "buses", buses);
	json_object_set_new(result, "devices", list);
	return result;
}
